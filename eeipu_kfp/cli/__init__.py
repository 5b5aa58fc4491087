"""The eeipu command."""
