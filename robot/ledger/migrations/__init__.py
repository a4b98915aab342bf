"""How older books become today's: one file a version, in order."""
