"""The operator's page: what the books say, in a browser on this machine; what is done there, the commands do."""
