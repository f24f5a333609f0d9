"""The systems that are measured, one a file, each set up as its own documentation begins."""
