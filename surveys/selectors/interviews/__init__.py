"""Reading guides, talks, quotes and testimonials."""
