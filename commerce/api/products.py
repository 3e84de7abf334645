"""REST: products."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api.problems import invalid
from cdp.core.api.views import ApiViewSet
from commerce.api import answers, bodies, examples
from commerce.models import Product
from commerce.selectors import products as reading
from commerce.services import products

LONGEST_SKU = 120
SKU = OpenApiParameter("sku", str, OpenApiParameter.PATH, description="The stock-keeping unit.")


class ProductViewSet(ApiViewSet):
    """What the shop sells."""

    scope = "products"
    lookup_field = "sku"
    lookup_value_regex = ".+?"  # SKUs may hold slashes; the router's optional last one stays outside
    serializer_class = answers.ProductAnswer
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset({"category"})}
    examples = examples.PRODUCTS

    @extend_schema(
        operation_id="products_list",
        summary="List products, newest first",
        parameters=[OpenApiParameter("category", str, description="Products of this category.")],
        responses=answers.ProductAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page of products."""
        filters = self.paginator.filters(request)  # type: ignore[union-attr]
        page: list[Any] = self.paginate_queryset(reading.listed(category=filters.get("category", ""))) or []
        return self.get_paginated_response([answers.product(row) for row in page])

    @extend_schema(
        operation_id="products_retrieve", summary="One product", parameters=[SKU], responses=answers.ProductAnswer
    )
    def retrieve(self, request: Request, sku: str) -> Response:
        """One product."""
        return Response(answers.product(_product(sku)))

    @extend_schema(
        operation_id="products_write",
        summary="Create or change a product",
        description="Only the fields that are given change; null or an empty text clears.",
        parameters=[SKU],
        request=bodies.ProductBody,
        responses={
            201: OpenApiResponse(answers.ProductAnswer, description="New."),
            200: OpenApiResponse(answers.ProductAnswer, description="Known."),
        },
    )
    def update(self, request: Request, sku: str) -> Response:
        """Create or change one product."""
        if len(sku) > LONGEST_SKU or not sku.isprintable() or sku != sku.strip():
            raise invalid("sku", _("A SKU has at most 120 printable characters."))
        body = bodies.ProductBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            product, is_new = products.write(sku=sku, values=body.validated_data, actor=self.actor, now=timezone.now())
        except products.UnableToWriteProduct as error:
            raise invalid("/currency", str(error)) from error
        return Response(answers.product(product), status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


def _product(sku: str) -> Product:
    product = reading.find(sku) if "\x00" not in sku else None
    if product is None:
        raise exceptions.NotFound(_("There is no such product."))
    return product
