"""The tuning loop, its plan and its ledger."""
