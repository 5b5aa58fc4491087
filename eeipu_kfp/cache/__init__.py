"""Stage outputs kept under keys: the object stores, the entries, and what the search may know."""
