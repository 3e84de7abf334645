"""What it means: metrics, segments, predictions."""
