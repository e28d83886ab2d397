"""The doors: HTTP and the shell."""
