"""Texts that nobody writes who looks for something: a search must bear them."""

HOSTILE = {
    "long": "a" * 10_000,
    "many words": " ".join(f"w{number}" for number in range(1000)),
    "many known words": " ".join(["service", "of", "canada"] * 1000),
    "NUL": "a\0b\0",
    "punctuation": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "quotes": '"sweden" OR \'x',
    "an unbalanced quote": 'sweden"',
    "star": "*",
    "prefix star": "swe*",
    "NEAR": "NEAR(sweden canada, 3)",
    "operators": "sweden AND NOT canada OR en:x",
    "columns": "{en fr} : sweden",
    "caret": "^sweden + visit",
    "emoji": "🇸🇪 😀",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0639",
    "combining": "s" + "\u0301" * 500,
    "private use": "\ue000 sweden",
    "other scripts": "हिन्दी 瑞典 ประเทศ",
    "digits": "٣٤ ²³ ⅷ",
    "SQL": "'; DROP TABLE thing; --",
}
