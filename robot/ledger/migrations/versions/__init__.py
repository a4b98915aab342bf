"""The versions; each says what it changes and which one it follows."""
