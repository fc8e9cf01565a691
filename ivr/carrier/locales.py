"""The locale in which each language of the line is spoken: BCP 47, as carriers and browsers write it."""

LOCALES = {"en": "en-IN", "hi": "hi-IN"}
