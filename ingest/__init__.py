"""Article files -> articles -> passages -> the library."""
