"""Questions about other things: what they find in a vault is what chance finds there.

No subject has more than two, so that a vault about one of them is measured by all the others.
"""

from __future__ import annotations

import re
from contextlib import suppress
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING

from noteweb.errors import WriteFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from noteweb.embed import Embedder
    from noteweb.index.folder import Index

#: Vectors of one text, encoded alone or beside others, differ by less.
_ROUNDING = 1e-3

_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")

_IN_LATIN = """
how to peel a mango without a mess
which shoes for running on wet gravel
bus from the airport to the old town after midnight
why does my washing machine leak at the door
cheapest way to send a parcel to Norway
names for a black and white rabbit
who won the figure skating pairs
how often should curtains be washed
recipe for lentil soup with lemon
visa requirements for a three week holiday
how do I remove wax from a wooden table
opening hours of the swimming pool on Sundays
best seats in the opera house
what to wear to a garden wedding
how deep should tulip bulbs be planted
car insurance after an accident with a deer
is it safe to eat mussels in August
songs for a birthday party for children
how to fold a fitted sheet
cost of a new roof with clay tiles
does a landlord have to repaint the flat
knitting pattern for mittens with a thumb
stains on a silk tie
parking fines in a foreign country
how to sharpen a kitchen knife on a stone
ferry to the islands with a bicycle
rules of table tennis doubles serve
how long does a passport renewal take
sore throat and a runny nose for a week
horse riding lessons near the lake
why do my tomatoes split
painting a fence before winter
gift for a retired colleague
dog barks at the postman every morning
pension contributions when working part time
how to tie a bow tie
haircut for curly short hair
mountain hut with dinner and breakfast
what does a plumber charge for an hour
dice game for a long train journey
old coins found in the attic
wine that goes with grilled trout
school holidays at Easter
quiet hotel with a view of the harbour
Wie lange muss ein weiches Ei kochen
où acheter des billets pour le musée
receta de tortilla de patatas con cebolla
come pulire il forno con il bicarbonato
""".strip().split("\n")

_IN_CYRILLIC = """
как почистить серебряную ложку
расписание электричек на выходные
сколько варить гречку в кастрюле
кто победил в лыжной гонке
как вывести пятно от вина со скатерти
стоимость замены колёс на зиму
какие цветы подарить на юбилей
когда сажать чеснок в саду
как оформить загранпаспорт ребёнку
песни для детского праздника
болит горло и насморк
отпуск на море с собакой
как завязать галстук
рецепт блинов на молоке
плата за парковку у вокзала
где купить подержанный велосипед
как пришить пуговицу к пальто
страхование квартиры от пожара
правила игры в волейбол
ремонт стиральной машины на дому
сколько стоит билет в цирк
как утеплить окна на зиму
имена для рыжего кота
пенсия при неполном рабочем дне
""".strip().split("\n")

_IN_OTHERS = """
如何清洗羊毛衫
去机场的夜班公交车
红烧肉要炖多久
儿童生日派对的歌曲
护照更新需要多长时间
阳台上种什么花好
乒乓球双打发球规则
酒店附近的停车费
洗衣機の水漏れの直し方
駅から港までのバス
味噌汁の作り方
猫の名前
كيف أنظف طاولة خشبية
وصفة حساء العدس
연금 보험료 계산
मटर पनीर की विधि
""".strip().split("\n")


#: The questions by script.
COHORTS = {
    "latin": tuple(_IN_LATIN),
    "cyrillic": tuple(_IN_CYRILLIC),
    "other": tuple(_IN_OTHERS),
}


def find_script(text: str) -> str:
    """Give the script that a text is in, a key of `COHORTS`.

    To a model that does not read a script any two texts in it are alike, so that only those in the
    same one tell what is usual.
    """
    n_latin, n_cyrillic = len(_LATIN.findall(text)), len(_CYRILLIC.findall(text))
    n_letters = sum(c.isalpha() for c in text)
    if n_latin * 2 >= n_letters:
        return "latin"
    return "cyrillic" if n_cyrillic * 2 >= n_letters else "other"


def encode_cohort(index: Index, embedder: Embedder, script: str) -> NDArray[np.float32]:
    """Give the vectors of a script's questions, shape (n_questions, dim).

    They are kept with the index under the model's identity, so that a model encodes them once.
    """
    import numpy as np

    questions = COHORTS[script]
    told = "\n".join((embedder.identity, *questions)).encode()
    name = f"background.{blake2b(told, digest_size=8).hexdigest()}.npy"
    shape = (len(questions), embedder.dim)
    with suppress(OSError, ValueError, EOFError):
        known = np.load(index.folder / name, allow_pickle=False)
        if known.shape == shape and known.dtype == np.float32:
            return np.asarray(known)
    made = _encode(embedder, questions)
    stream = BytesIO()
    np.save(stream, made)
    with suppress(WriteFailed):  # what cannot be kept is made again
        index.replace(name, stream.getvalue())
    return made


def _encode(embedder: Embedder, questions: Sequence[str]) -> NDArray[np.float32]:
    """Encode questions as queries, and all at once where the model makes no difference."""
    import numpy as np

    made = embedder.encode(questions)
    if np.allclose(made[0], embedder.encode_query(questions[0]), atol=_ROUNDING):
        return np.asarray(made, dtype=np.float32)
    return np.stack([embedder.encode_query(each) for each in questions]).astype(np.float32)
