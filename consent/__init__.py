"""What they allow: purposes, policies, the ledger and the gate."""
