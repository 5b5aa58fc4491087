"""The figures of the page: one module each, data in, drawing out."""
