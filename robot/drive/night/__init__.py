"""The nightly run: the night plans and hands out dossiers, lanes (a process an organisation's session) send them."""
