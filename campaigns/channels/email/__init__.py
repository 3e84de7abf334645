"""E-mail, through whatever EMAIL_URL names."""
