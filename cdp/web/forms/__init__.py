"""Forms of the pages that join several rooms."""
