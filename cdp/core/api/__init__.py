"""What every REST resource shares: keys and scopes, problem+json, cursor pages, idempotency, rate limits."""
