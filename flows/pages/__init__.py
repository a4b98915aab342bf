"""Page objects: one a page of the portal; they know its fields and buttons, and nothing of retries, waits or books."""
