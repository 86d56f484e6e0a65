"""Headers that people use for dwell's columns, by language; compared as `format.normalize_header` writes them.

Order is rank: of two headers for one column, the first one here is used. A header with dwell's own name always wins.
Headers that mean different things in different tables are left out on purpose: a bare "followers" is a share of
viewers in copies of Studio's screens, and a count of followers elsewhere.
"""

from __future__ import annotations

_COUNTERS = {
    "views": """
        views | video views | total views | view count | views count | play count | playcount | plays |
        video plays | engaged views | visninger | afspilninger | visualizaciones | visualizaciones totales |
        vistas | reproducciones | aufrufe | videoaufrufe | wiedergaben | visualizações |
        visualizações de vídeo | visualizações totais | visualizacoes | vues | vues de la vidéo |
        nombre de vues | visualizzazioni | weergaven | visningar | wyświetlenia | просмотры | προβολές |
        lượt xem | 再生数 | 再生回数 | 播放量 | 播放数 | 조회수 | tayangan | görüntülenme | yayın görüntüleme
    """,
    "likes": """
        likes | total likes | like count | likes count | digg count | diggcount | hearts | synes godt om |
        me gusta | me gusta totales | gefällt mir | gefällt mir-angaben | curtidas | gostos | j'aime | j’aime |
        mentions j'aime | mi piace | vind-ik-leuks | gilla | polubienia | лайки | нравится | lượt thích |
        いいね | いいね数 | 点赞 | 点赞数 | 좋아요 | suka | beğeni
    """,
    "comments": """
        comments | total comments | comment count | comments count | commentcount | comments added |
        kommentarer | comentarios | comentarios totales | kommentare | comentários | commentaires | commenti |
        reacties | komentarze | комментарии | σχόλια | bình luận | コメント | コメント数 | 评论 | 评论数 |
        댓글 | komentar | yorumlar
    """,
    "shares": """
        shares | total shares | share count | shares count | sharecount | delinger | deler | compartidos |
        veces compartido | compartir | geteilt | geteilte inhalte | teilungen | compartilhamentos | partilhas |
        partages | condivisioni | gedeeld | delningar | udostępnienia | репосты | поделились | κοινοποιήσεις |
        chia sẻ | シェア | シェア数 | 分享 | 分享数 | 转发 | 공유 | dibagikan | paylaşımlar
    """,
    "saves": """
        saves | saved | total saves | save count | saves count | collect count | collectcount | favorites |
        favourites | favorites count | favourites count | add to favorites | added to favorites | bookmarks |
        gemmer | gemte | gemt | guardados | guardar | favoritos | gespeichert | speicherungen | favoriten |
        salvamentos | salvos | enregistrements | enregistrés | favoris | salvataggi | preferiti | opgeslagen |
        sparade | zapisane | сохранения | избранное | αποθηκεύσεις | lượt lưu | 保存 | 保存数 | 收藏 | 收藏数 |
        저장 | simpan | kaydetmeler
    """,
    "downloads": """
        downloads | download count | downloadcount | descargas | téléchargements | 下载 | 下载量
    """,
}
_WATCHED = {
    "avg_watch_s": """
        avg watch s | avg watch time | average watch time | avg watch time s | avg watch time (s) |
        average watch time s | average watch time (s) | average watch time (seconds) | average time watched |
        avg. watch time | average view duration | gennemsnitlig visningstid | gns. visningstid |
        tiempo promedio de visualización | tiempo medio de visualización | durchschnittliche wiedergabezeit |
        durchschnittliche wiedergabedauer | tempo médio de visualização | tempo médio de exibição |
        durée moyenne de visionnage | temps de visionnage moyen | tempo medio di visualizzazione |
        平均視聴時間 | 平均观看时间 | 평균 시청 시간
    """,
    "total_watch_s": """
        total watch s | play time | total play time | total play time s | total watch time |
        total time watched | samlet afspilningstid | tiempo total de reproducción | gesamte wiedergabezeit |
        tempo total de reprodução | temps de lecture total | 総再生時間 | 总播放时间
    """,
    "full_watch_rate": """
        full watch rate | watched full video | watched full video pct | watched full video (%) |
        full video watched rate | watched the full video | så hele videoen | vio el video completo |
        vieron el video completo | ganzes video angesehen | assistiram ao vídeo completo |
        vídeo completo assistido | ont regardé la vidéo entière | 视频全部观看 | 已观看完整视频 | 完播率
    """,
    "reach": """
        reach | total viewers | reached audience | unique viewers | rækkevidde | alcance | reichweite | portée |
        リーチ
    """,
    "new_followers": """
        new followers | followers gained | nye følgere | nuevos seguidores | neue follower | novos seguidores |
        nouveaux abonnés | 新規フォロワー | 新增粉丝
    """,
}
_POST = {
    "post_id": """
        post id | video id | aweme id | item id | tiktok id | videoid | post-id | id
    """,
    "url": """
        url | link | video link | video url | post url | post link | share url | webvideourl |
        video link or id | video-link | permalink | tiktok url | enlace | enlace del video | lien |
        lien de la vidéo | link do vídeo | videolink | 動画リンク
    """,
    "handle": """
        handle | tiktok handle | username | user name | unique id | author unique id | author | creator |
        account | account name | channel | konto | brugernavn | usuario | nombre de usuario | cuenta |
        benutzername | usuário | conta | nom d'utilisateur | compte | profile
    """,
    "caption": """
        caption | description | video description | desc | title | video title | text | beskrivelse | titel |
        descripción | título | título del video | beschreibung | descrição | título do vídeo | légende | titre |
        titre de la vidéo | 動画タイトル
    """,
    "posted_at": """
        posted at | published at | create time | createtime | createtimeiso | create time iso | created at |
        post time | posted on | posted | post date | date posted | publish date | published date |
        publish time | video publish time | published | published on | upload date | uploaded at | upload dato |
        udgivet | dato | fecha de publicación | hora de publicación | fecha | veröffentlicht am |
        veröffentlichungsdatum | datum | data de publicação | data | date de publication | 投稿日 | date
    """,
    "duration_s": """
        duration s | duration | duration (s) | video length | video length s | length | length s |
        video duration | varighed | længde | videolængde | duración | duración del video | dauer | länge |
        videolänge | duração | durée | durée de la vidéo
    """,
    "observed_at": """
        observed at | captured on | captured at | snapshot at | snapshot date | scraped at | scrape date |
        collected at | collect time | collecttime | fetched at | retrieved at | export date | as of | hentet |
        indsamlet | fecha de captura | erfasst am | capturado em | capturé le
    """,
    "hashtags": """
        hashtags | hashtag names | tags | emneord
    """,
    "media_type": """
        media type
    """,
    "is_ad": """
        is ad | isad | promoted | ad
    """,
    "is_pinned": """
        is pinned | ispinned | is top | pinned
    """,
    "sound_id": """
        sound id | music id | musicid
    """,
    "sound_title": """
        sound title | music title | music name | sound | music
    """,
    "sound_original": """
        sound original | music original | original sound
    """,
    "region": """
        region | region code
    """,
    "language": """
        language | text language
    """,
    "creator_id": """
        creator id | author id | user id
    """,
    "display_name": """
        display name | nickname | author nickname
    """,
    "followers": """
        follower count | followers count | author followers | creator followers | author fans |
        account followers
    """,
    "following": """
        following count
    """,
    "total_likes": """
        total account likes | author total likes | heart count
    """,
    "post_count": """
        post count | author video count
    """,
}

ALIASES: dict[str, tuple[str, ...]] = {
    column: tuple(" ".join(name.casefold().split()) for name in names.split("|"))
    for column, names in {**_COUNTERS, **_WATCHED, **_POST}.items()
}
"""Canonical column -> headers that mean it, best first."""

CLOCK = (
    "published time", "publish time", "post time", "posted time", "time posted", "upload time", "time of day",
    "tidspunkt", "hora", "uhrzeit", "heure",
)  # fmt: skip
"""Headers of a time of day that is separate from the date."""

IGNORED = frozenset({"index", "#", "no", "no.", "nr", "row", "unnamed: 0", ""})
"""Row counters; dropping them needs no warning."""

COUNTERS = tuple(_COUNTERS)
WATCHED = tuple(_WATCHED)
