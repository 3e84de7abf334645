"""What it means; one file per aggregate."""

from analytics.models.metrics import CustomerMetrics
from analytics.models.products import ProductFigures
from analytics.models.segments import Segment, SegmentChange, SegmentGrowth, SegmentMember

__all__ = ["CustomerMetrics", "ProductFigures", "Segment", "SegmentChange", "SegmentGrowth", "SegmentMember"]
