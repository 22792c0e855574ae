"""Phone numbers as people write them, brought to the one form in which they can be compared."""


def phone_number(text: str | None, country_code: str) -> str | None:
    """Return a phone number in E.164, as `+12125550101`; None when it can be nobody's.

    Args:
        text: the number, in whatever way it is written; None is none.
        country_code: where it is read that names no country itself, ISO 3166 alpha-2.
    """
    if text is None:
        return None
    # Loaded by the first number: most builds meet none.
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country_code)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
