"""What people look at: one HTML file a run, one a night, and the bundle's first page; each whole by itself, in both languages."""
