"""What they have earned: points, tiers, rewards, coupons."""
