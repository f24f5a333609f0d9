"""The browser app and the command line: the only place that wires everything together."""
