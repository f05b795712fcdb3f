"""Marshmallow fields that forms and the JSON API share. Each says what is wrong and what to do about it, in
the reader's language."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from shared.contracts.organisations import organisation_code, state_code
from shared.text import UnsafeTextError, clean

REQUIRED = _l("This field is required.")
NOT_TEXT = _l("This must be text.")
fields.Field.default_error_messages.update(
    required=REQUIRED, null=_l("This may not be null; leave the field out."), validator_failed=_l("Not valid.")
)
fields.Boolean.default_error_messages.update(invalid=_l("This must be true or false."))
fields.List.default_error_messages.update(invalid=_l("This must be a list."))
fields.Nested.default_error_messages.update(type=_l("This must be a JSON object."))
Schema.error_messages = {
    **Schema.error_messages,
    "unknown": _l("This field is not known here. Leave it out, or check its spelling."),
    "type": _l("This must be a JSON object."),
}


class StrictSchema(Schema):
    """The base of everything that comes in: unknown fields are refused."""

    class Meta:
        unknown = RAISE


class _Localised(fields.Field[Any]):
    """Fills in lazy messages, which marshmallow takes for finished ones."""

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        return ValidationError(str(self.error_messages[key]).format(**kwargs))


class Text(_Localised, fields.String):
    """Text in NFC, without outer space and without characters that may not be stored."""

    default_error_messages = {
        "invalid": NOT_TEXT,
        "invalid_utf8": NOT_TEXT,
        "unsafe": _l("It contains the character {codepoint}, which cannot be stored. Remove it."),
        "empty": _l("This may not be empty."),
        "long": _l("This is too long: at most {most} characters."),
        "short": _l("This is too short: at least {least} characters."),
    }

    def __init__(self, *, least: int = 1, most: int, multiline: bool = False, **kwargs: Any) -> None:
        metadata = {"minLength": least, "maxLength": most, **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)
        self.least, self.most, self.multiline = least, most, multiline

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        try:
            text = clean(value, multiline=self.multiline)
        except UnsafeTextError as error:
            raise self.make_error("unsafe", codepoint=error.codepoint) from None
        if not text and self.least:
            raise self.make_error("empty")
        if len(text) < self.least:
            raise self.make_error("short", least=self.least)
        if len(text) > self.most:
            raise self.make_error("long", most=self.most)
        return text


class StateCode(_Localised, fields.String):
    """A State or UT by code: `AP`, `IN-AP` or an old alias; stored as `AP`."""

    default_error_messages = {
        "invalid": NOT_TEXT,
        "state": _l("No State or UT has this code. Use its two letters, such as AP or IN-AP."),
    }

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        code = state_code(super()._deserialize(value, *args, **kwargs) or "")
        if code is None:
            raise self.make_error("state")
        return code


class OrganisationCode(_Localised, fields.String):
    """An organisation by code: a State, the ministry's desk, a division or a line ministry."""

    default_error_messages = {
        "invalid": NOT_TEXT,
        "organisation": _l("No organisation has this code. Use a code such as MEITY, NIC or AP."),
    }

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        code = organisation_code(super()._deserialize(value, *args, **kwargs) or "")
        if code is None:
            raise self.make_error("organisation")
        return code


class Choice(_Localised, fields.String):
    """One of a closed list of words."""

    default_error_messages = {"invalid": NOT_TEXT, "choice": _l("Choose one of: {choices}.")}

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        self.choices = tuple(choices)
        super().__init__(metadata={"enum": list(self.choices), **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text not in self.choices:
            raise self.make_error("choice", choices=", ".join(self.choices))
        return str(text)


class Day(_Localised, fields.String):
    """A calendar day as `YYYY-MM-DD`; stays text, as it is stored and hashed."""

    default_error_messages = {
        "invalid": _l("This must be a date as YYYY-MM-DD, such as 2025-03-31."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"format": "date", **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        try:
            if len(text or "") != 10:
                raise ValueError
            return dt.date.fromisoformat(str(text)).isoformat()
        except ValueError:
            raise self.make_error("invalid") from None


class Whole(_Localised, fields.Integer):
    """A whole number within bounds; a form's digits are read, a JSON `true` or `3.7` is not."""

    default_error_messages = {"invalid": _l("This must be a whole number from {least} to {most}.")}

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(metadata={"minimum": least, "maximum": most, **kwargs.pop("metadata", {})}, **kwargs)
        self.least, self.most = least, most

    def _validated(self, value: Any) -> int:
        typed = isinstance(value, str) and len(value) <= 12 and value.isascii() and value.isdigit()
        if (
            isinstance(value, bool)
            or not (isinstance(value, int) or typed)
            or not self.least <= int(value) <= self.most
        ):
            raise self.make_error("invalid", least=self.least, most=self.most)
        return int(value)


class Email(Text):
    default_error_messages = {"email": _l("This must be an e-mail address, such as name@state.gov.in.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=3, most=254, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        try:
            return str(validate.Email()(text))
        except ValidationError:
            raise self.make_error("email") from None


class Phone(Text):
    """A telephone number as people write it: digits, spaces, +, - and parentheses, 6 to 20 symbols."""

    default_error_messages = {"phone": _l("This must be a telephone number, such as +91 11 2430 1851.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=6, most=20, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not re.fullmatch(r"[0-9+() -]+", text):
            raise self.make_error("phone")
        return text
