"""One module a file format, each turning one file into articles."""
