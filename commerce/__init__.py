"""What they buy: products, orders, refunds."""
