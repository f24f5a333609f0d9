"""One module a format of gold sets, each turning one file or folder into questions."""
