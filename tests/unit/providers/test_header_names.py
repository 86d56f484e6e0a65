"""Names of columns are compared without separators, accents, and words that say nothing; units are read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dwell.providers.files.aliases import ALIASES
from dwell.providers.files.header_names import fold_header, read_header
from dwell.providers.files.table_headers import match_headers
from dwell.records import SourceFile

LINK = "https://www.tiktok.com/@ana/video/7350810998023949599"


@pytest.mark.parametrize(
    ("header", "column", "unit"),
    [
        ("views", "views", ""), ("stats.playCount", "views", ""), ("statsV2.diggCount", "likes", ""),
        ("n_views", "views", ""), ("No. of likes", "likes", ""), ("video_views", "views", ""),
        ("Total Video Views", "views", ""), ("VIEWS_COUNT", "views", ""), ("engagement/shares", "shares", ""),
        ("Video-Aufrufe", "views", ""), ("Visualizações", "views", ""), ("VISUALIZACOES", "views", ""),
        ("avg_watch_sec", "avg_watch_s", ""), ("avgWatchTime (min)", "avg_watch_s", "min"),
        ("avg_watch_time_ms", "avg_watch_s", "ms"), ("Average watch time (seconds)", "avg_watch_s", ""),
        ("total_watch_time_hours", "total_watch_s", "h"), ("duration_seconds", "duration_s", ""),
        ("video_duration_sec", "duration_s", ""), ("durationMs", "duration_s", "ms"),
        ("Watched full video (%)", "full_watch_rate", "percent"), ("completion_rate", "full_watch_rate", ""),
        ("completion rate pct", "full_watch_rate", "percent"), ("平均播放时长(秒)", "avg_watch_s", ""),
        ("平均播放时长（毫秒）", "avg_watch_s", "ms"), ("视频播放量", "views", ""), ("ID Vidéo", "post_id", ""),
        ("createur", "handle", ""), ("İzlenme", "views", ""), ("เวลารับชมเฉลี่ย (วินาที)", "avg_watch_s", ""),
        ("متوسط وقت المشاهدة (دقائق)", "avg_watch_s", "min"), ("Тривалість (хв)", "duration_s", "min"),
        ("post\u00adtime", "posted_at", ""),
    ],
)  # fmt: skip
def test_what_a_header_means(header: str, column: str, unit: str) -> None:
    meaning = read_header(header)
    assert meaning is not None
    assert (meaning.column, meaning.unit) == (column, unit)


@pytest.mark.parametrize(
    "header",
    ["likes %", "views_min", "metric_date", "video_count", "followers", "watch_time", "impressions", "n", "video", "%",
     "author_likes", "comment_likes", "views per hour"],
)  # fmt: skip
def test_what_is_not_guessed(header: str) -> None:
    assert read_header(header) is None


def test_no_name_means_two_columns() -> None:
    meanings: dict[str, set[str]] = {}
    for column, names in ALIASES.items():
        for name in names:
            meanings.setdefault(fold_header(name), set()).add(column)
    assert {name: columns for name, columns in meanings.items() if len(columns) > 1} == {}


LANGUAGES = {
    "ar": "معرّف الفيديو,اسم المستخدم,تاريخ النشر,مدة الفيديو,المشاهدات,متوسط وقت المشاهدة,إجمالي وقت المشاهدة",
    "da": "video-id,brugernavn,udgivet,varighed,visninger,gennemsnitlig afspilningstid,samlet visningstid",
    "de": "Video-ID,Benutzername,Veröffentlicht am,Dauer,Aufrufe,Durchschnittliche Wiedergabezeit,Gesamtwiedergabezeit",
    "el": "ID βίντεο,Όνομα χρήστη,Ημερομηνία,Διάρκεια,Προβολές,Μέσος χρόνος παρακολούθησης,"
          "Συνολικός χρόνος παρακολούθησης",
    "es": "ID de video,Usuario,Fecha de publicación,Duración,Vistas,Tiempo promedio de visualización,"
          "Tiempo total de reproducción",
    "fr": "ID de la vidéo,Créateur,Date de publication,Durée,Vues,Durée moyenne de visionnage,Temps de lecture total",
    "he": "מזהה סרטון,שם משתמש,תאריך פרסום,משך,צפיות,זמן צפייה ממוצע,זמן צפייה כולל",
    "hi": "वीडियो आईडी,उपयोगकर्ता नाम,तारीख,वीडियो की अवधि,व्यूज़,औसत वॉच टाइम,कुल वॉच टाइम",
    "id": "ID video,Nama pengguna,Tanggal posting,Durasi,Tayangan,Waktu tonton rata-rata,Total waktu tonton",
    "it": "ID video,Nome utente,Data di pubblicazione,Durata,Visualizzazioni,Tempo medio di visualizzazione,"
          "Tempo totale di visualizzazione",
    "ja": "動画ID,ユーザー名,投稿日時,動画の長さ,再生数,平均視聴時間,総再生時間",
    "ko": "동영상 ID,사용자 이름,게시일,동영상 길이,조회수,평균 시청 시간,총 시청 시간",
    "nl": "Video-ID,Gebruikersnaam,Publicatiedatum,Duur,Weergaven,Gemiddelde kijktijd,Totale kijktijd",
    "pl": "ID filmu,Nazwa użytkownika,Data publikacji,Czas trwania,Wyświetlenia,Średni czas oglądania,"
          "Łączny czas oglądania",
    "pt": "ID do vídeo,Usuário,Data de publicação,Duração,Visualizações,Tempo médio de visualização,"
          "Tempo total de reprodução",
    "ru": "ID видео,Имя пользователя,Дата публикации,Длительность,Просмотры,Среднее время просмотра,"
          "Общее время просмотра",
    "sv": "Video-ID,Användarnamn,Publicerad,Längd,Visningar,Genomsnittlig visningstid,Total visningstid",
    "th": "รหัสวิดีโอ,ชื่อผู้ใช้,วันที่โพสต์,ความยาววิดีโอ,ยอดวิว,เวลารับชมเฉลี่ย,เวลารับชมทั้งหมด",
    "tr": "Video kimliği,Kullanıcı adı,Yayın tarihi,Süre,Görüntülenme,Ortalama izlenme süresi,Toplam izlenme süresi",
    "uk": "ID відео,Ім’я користувача,Дата публікації,Тривалість,Перегляди,Середній час перегляду,"
          "Загальний час перегляду",
    "vi": "ID bài đăng,Tên người dùng,Ngày đăng,Thời lượng,Lượt xem,Thời gian xem trung bình,Tổng thời gian xem",
    "zh": "视频ID,用户名,发布时间,时长,播放量,平均播放时长,总播放时长",
}  # fmt: skip


@pytest.mark.parametrize("header", LANGUAGES.values(), ids=list(LANGUAGES))
def test_identity_and_watch_time_in_every_language_of_the_counters(header: str) -> None:
    names = header.split(",")
    wanted = ("post_id", "handle", "posted_at", "duration_s", "views", "avg_watch_s", "total_watch_s")
    assert match_headers(names, {}).columns == dict(zip(wanted, names, strict=True))


def test_watch_time_is_the_total_only_beside_an_average() -> None:
    beside = match_headers(["video_id", "views", "avg_watch_sec", "watch_time_min"], {})
    assert (beside.columns["total_watch_s"], beside.units["total_watch_s"]) == ("watch_time_min", "min")
    alone = match_headers(["video_id", "views", "watch_time_sec"], {})
    assert (alone.dropped, "avg_watch_s" in alone.columns) == (("watch_time_sec",), False)


@pytest.mark.parametrize(
    ("header", "column", "unit"),
    [
        ("duration (мс)", "duration_s", "ms"),
        ("Длительность, мин.", "duration_s", "min"),
        ("длительность в секундах", "duration_s", ""),
        ("Dauer in Sekunden", "duration_s", ""),
        ("Dauer in Minuten", "duration_s", "min"),
        ("durée en millisecondes", "duration_s", "ms"),
        ("duração (milissegundos)", "duration_s", "ms"),
        ("süre (dk)", "duration_s", "min"),
        ("thời lượng (giây)", "duration_s", ""),
        ("thời lượng (phút)", "duration_s", "min"),
        ("durationInMillis", "duration_s", "ms"),
        ("duration (mm:ss)", "duration_s", ""),
        ("Length (hh:mm:ss)", "duration_s", ""),
        ("% watched full video", "full_watch_rate", "percent"),
        ("completion rate (\u066a)", "full_watch_rate", "percent"),
        ("# views", "views", ""),
        ("# of likes", "likes", ""),
    ],
)
def test_units_and_signs_around_a_name(header: str, column: str, unit: str) -> None:
    meaning = read_header(header)
    assert meaning is not None
    assert (meaning.column, meaning.unit) == (column, unit)


@pytest.mark.parametrize(
    "header",
    [
        *("duration std", "Dauer Std.", "duration (hh:mm)", "# video", "duration m", "likes %"),
        *("completion rate (‰)", "‰ watched full video", "completion rate ؉", "completion rate (‱)", "likes (‰)"),
        *("completion rate per mille", "completion rate (bps)", "avg watch time (‰)"),
    ],
)
def test_what_a_header_does_not_say(header: str) -> None:
    assert read_header(header) is None


def test_of_several_headers_one_is_taken_and_the_others_are_named() -> None:
    matched = match_headers(["url", "Play count", "views", "video_views", "likes", "likes"], {})
    assert matched.columns["views"] == "views"
    assert matched.alternatives["views"] == ("video_views", "Play count")
    assert matched.dropped == ("Play count", "video_views", "likes (column 6)")
    fitting = match_headers(["url", "Play count", "views"], {}, lambda _, name: name != "views")
    assert (fitting.columns["views"], fitting.dropped) == ("Play count", ("views",))


def test_a_table_of_a_hundred_thousand_columns(
    opened: Callable[..., SourceFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWELL_MAX_COLUMNS", "200000")
    names = [f"c{number}" for number in range(100_000)]
    row = f"{LINK},5{',1' * len(names)}\n"
    text = ",".join(["url", "views", *names]) + f'\n{row}\n"{LINK}",6,"a\nb"{",1" * (len(names) - 1)}\nshort\n{row}'
    file = opened(text)
    (extract,) = file.extracts
    assert (file.format, extract.header) == ("table", ("url", "views"))
    assert file.warnings[0].endswith("c39 and 99,960 more.")
    assert extract.path.read_text().split("\n") == [
        "url,views", f"{LINK},5", "", f"{LINK},6", "", "short", f"{LINK},5", "",
    ]  # fmt: skip
