"""Parts of request bodies that say what they would take."""

import pytest
from rest_framework import serializers

from cdp.core.api.fields import ChoiceField


@pytest.mark.parametrize("sent", ["pigeon", 5, ["mail"], {"a": 1}, "x" * 500])
def test_a_word_that_is_none_is_told_with_those_there_are(sent):
    with pytest.raises(serializers.ValidationError) as refused:
        ChoiceField(["mail", "chat"]).run_validation(sent)
    (told,) = refused.value.detail
    assert told.endswith("is none of these: mail, chat.")
    assert len(told) < 110
    assert ChoiceField(["mail", "chat"]).run_validation("chat") == "chat"
