"""Stage outputs kept under keys."""
