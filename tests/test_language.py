"""A guess at the language, or none."""

import pytest

from noteweb.text.language import guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The threshold of the model is not what it was for a year.", "en"),
        ("Порог модели не тот, что был на прошлой неделе, и это видно.", "ru"),
        ("Die Schwelle des Modells ist nicht mit der alten zu vergleichen.", "de"),
        ("Le seuil du modèle est dans une zone que les notes ne voient pas.", "fr"),
        ("El umbral del modelo es una frontera que no se ve en las notas.", "es"),
        ("模型的阈值与去年不同，信号也更弱。", "zh"),
        ("モデルのしきい値は去年とは違います。", "ja"),
        ("ค่าขีดแบ่งของแบบจำลองเปลี่ยนไป", "th"),
        ("PyTorch 的阈值 attention 模型 loss 信号更弱", "zh"),
        ("Поріг моделі не той, що був і це видно на графіку, як в нас", ""),
        ("42 == 42", ""),
        ("", ""),
        ("word", ""),
    ],
)
def test_guess(text, language):
    """Script decides where it can, function words elsewhere; thin evidence gives none."""
    assert guess_language(text) == language


def test_only_a_sample_is_read():
    """A long tail in another language changes nothing, and costs nothing."""
    english = "The threshold of the model is not what it was for a year. " * 60
    assert guess_language(english + "Порог и не на что как это. " * 500) == "en"
