"""Every operation of the service model against the server: what is legal, what is not, and what the answers must be."""
