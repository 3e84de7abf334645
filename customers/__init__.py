"""Who they are: profiles, identifiers, addresses, identity resolution."""
