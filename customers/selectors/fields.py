"""The fields of a person, for the report of what nobody uses."""

from django.utils.translation import gettext_lazy as _

from cdp.core.minimising import Field

GREETS = _("people are greeted and found by it")
REACHES = _("people are reached and recognised by it")
LAW = _("tells which law holds and which words are read")
AGE = _("tells whether a guardian decides")


def _plain(key: str, label: object, *, register: str = "", sensitive: bool = False, needed: object = "") -> Field:
    return Field(
        key, label, column=f"c.{key} <> ''", register=register, sensitive=sensitive, needed=needed,  # type: ignore[arg-type]
        can_stop=not needed, can_purge=not needed and not register,
    )  # fmt: skip


FIELDS = (
    Field("name", _("Name"), column="c.name IS NOT NULL", register="name", needed=GREETS),
    Field("email", _("E-mail"), kind="email", needed=REACHES),
    Field("phone", _("Phone"), kind="phone", needed=REACHES),
    Field("line_id", _("LINE"), kind="line_id"),
    Field("street", _("Street"), kind="street"),
    Field("birth_date", _("Date of birth"), column="c.birth_date IS NOT NULL", needed=AGE, sensitive=True),
    _plain("language", _("Language"), needed=LAW),
    _plain("country", _("Country"), register="country", needed=LAW),
    _plain("province", _("Province"), register="place"),
    _plain("city", _("City"), register="place"),
    _plain("postcode", _("Postcode"), register="place"),
    _plain("gender", _("Gender"), sensitive=True),
    _plain("nationality", _("Nationality"), sensitive=True),
    _plain("company", _("Company")),
    _plain("job_title", _("Job title")),
    _plain("income_band", _("Income band"), sensitive=True),
    _plain("occupation", _("Occupation"), sensitive=True),
    _plain("education", _("Education"), sensitive=True),
    _plain("children", _("Children"), sensitive=True),
    Field("interests", _("Interests"), column="c.interests <> '{}'", can_stop=True, can_purge=True),
    Field("tags", _("Tags"), column="c.tags <> '{}'"),
)
