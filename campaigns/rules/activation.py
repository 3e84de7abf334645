"""Whether a campaign may be switched on, and what staff should know before.

Refused is only what could not work: broken templates, unknown variables, nobody to reach. A list of messages ends by
itself, so there is always an exit. Everything else is a warning.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from campaigns.rules import markup, templates
from campaigns.rules.definition import Definition, MessageStep, Problem


def refusals(definition: Definition) -> list[Problem]:
    """Why it may not be switched on; empty when it may."""
    found = []
    if definition.audience is None:
        detail = _("Say whom the campaign reaches; {example} is everybody.").format(example='{"all": []}')
        found.append(Problem("/audience", detail))
    for position, step in enumerate(definition.steps):
        for part, texts in (("subject", step.subject), ("body", step.body)):
            for language, text in texts.items():
                pointer = f"/steps/{position}/template/{part}/{language}"
                found += [Problem(pointer, detail) for detail in templates.problems(text)]
    return found


def warnings(definition: Definition, *, languages: Sequence[str], has_shop_url: bool = True) -> list[Problem]:
    """What is allowed but worth a second look. `languages` are those the shop speaks; `has_shop_url` says whether it
    told its address.
    """
    found = []
    for position, step in enumerate(definition.steps):
        found += _of_step(step, f"/steps/{position}", languages)
        texts = (*step.subject.values(), *step.body.values())
        if not has_shop_url and any(templates.names_variable(text, "shop.url") for text in texts):
            detail = _(
                "The text links to your shop, whose web address is not known here yet: people get the text without the "
                "link. Ask the owner to set the address of the shop."
            )
            found.append(Problem(f"/steps/{position}/template", detail))
    if len(definition.steps) > 1:
        found.append(Problem("/steps", _("All messages go out at the same time.")))
    return found


def _of_step(step: MessageStep, place: str, languages: Sequence[str]) -> list[Problem]:
    found = []
    complete = step.languages()
    for language in languages:
        if language not in complete:
            detail = _("There is no text in “{language}”; people with that language get “{other}”.")
            other = templates.choose_language(complete, wanted="", fallbacks=())
            found.append(Problem(f"{place}/template", detail.format(language=language, other=other)))
    for language, body in step.body.items():
        if markup.looks_like_html(body):
            detail = _("HTML tags are sent as they stand; write plain text with **bold** and [links](https://…).")
            found.append(Problem(f"{place}/template/body/{language}", detail))
    return found
