"""The search: history in, suggestion out."""
