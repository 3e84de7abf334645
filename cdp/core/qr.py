"""QR codes as SVG that needs nothing but itself: no style, no script, the colour of the text around it."""

import functools
import re

import qrcode
from django.utils.safestring import SafeString, mark_safe
from qrcode.image import svg as drawing

_OPENING = re.compile(r'<svg width="[^"]*" height="[^"]*"')


@functools.lru_cache(maxsize=512)
def svg(text: str) -> SafeString:
    """The code of a text, sized by the page (class `qr`). Dark on light is the reader's business: scanners want it."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2)
    code.add_data(text)
    code.make(fit=True)
    drawn = (
        code.make_image(image_factory=drawing.SvgPathImage).to_string(encoding="unicode").replace(' id="qr-path"', "")
    )
    return mark_safe(_OPENING.sub('<svg class="qr" aria-hidden="true"', drawn, count=1))  # noqa: S308  (drawn here)
