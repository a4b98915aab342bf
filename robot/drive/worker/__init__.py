"""A machine of many: takes the work of its tokens from the books on the server, one dossier a token at a time."""
