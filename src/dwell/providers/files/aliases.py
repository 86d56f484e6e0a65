"""Headers that people use for dwell's columns, by language; `header_names` says how they are compared.

Order is rank: of two headers for one column, the first one here is used. A header with dwell's own name always wins.
Headers that mean different things in different tables are left out on purpose: a bare "followers" is a share of
viewers in copies of Studio's screens, and a count of followers elsewhere.
"""

from __future__ import annotations

_COUNTERS = {
    "views": """
        views | video views | total views | view count | views count | play count | playcount | plays | video plays |
        engaged views | visninger | afspilninger | visualizaciones | visualizaciones totales | vistas |
        reproducciones | aufrufe | videoaufrufe | wiedergaben | visualizações | visualizações de vídeo |
        visualizações totais | visualizacoes | vues | vues de la vidéo | nombre de vues | visualizzazioni | weergaven |
        visningar | wyświetlenia | просмотры | προβολές | lượt xem | 再生数 | 再生回数 | 播放量 | 播放数 | 조회수 |
        tayangan | görüntülenme | yayın görüntüleme | view counts | aantal weergaven | odsłony |
        количество просмотров | số lượt xem | 观看次数 | 观看量 | 播放次数 | 視聴回数 | 재생수 | 재생 횟수 |
        jumlah tayangan | penayangan | izlenme | görüntülenme sayısı | antal visninger | número de visualizaciones |
        anzahl der aufrufe | número de visualizações | numero di visualizzazioni | liczba wyświetleń |
        video views count | avspilningar | afspeelaantal | nombre de visionnages |
        ยอดวิว | ยอดดู | ยอดการดู | จำนวนการดู | ยอดเข้าชม | การรับชม | จำนวนวิว | المشاهدات | مشاهدات | عدد
        المشاهدات | مشاهدات الفيديو | перегляди | кількість переглядів | переглядів | व्यूज़ | व्यू | देखे जाने की
        संख्या | צפיות | מספר צפיות
    """,
    "likes": """
        likes | total likes | like count | likes count | digg count | diggcount | hearts | synes godt om | me gusta |
        me gusta totales | gefällt mir | gefällt mir-angaben | curtidas | gostos | j'aime | j’aime | mentions j'aime |
        mi piace | vind-ik-leuks | gilla | polubienia | лайки | нравится | lượt thích | いいね | いいね数 | 点赞 |
        点赞数 | 좋아요 | suka | beğeni | j’aimes | nombre de j'aime | antal likes | anzahl likes |
        número de me gusta | polubień | liczba polubień | количество лайков | лайк | μου αρέσει | số lượt thích | ❤ |
        点赞量 | 赞 | 좋아요 수 | jumlah suka | disukai | beğeniler | beğeni sayısı | número de curtidas | gillningar |
        numero di mi piace |
        ถูกใจ | ยอดถูกใจ | จำนวนถูกใจ | ยอดไลก์ | ไลก์ | الإعجابات | إعجابات | عدد الإعجابات | تسجيلات الإعجاب |
        вподобання | кількість вподобань | вподобайки | लाइक | पसंद | लाइक की संख्या | לייקים | סימוני לייק | מספר
        לייקים
    """,
    "comments": """
        comments | total comments | comment count | comments count | commentcount | comments added | kommentarer |
        comentarios | comentarios totales | kommentare | comentários | commentaires | commenti | reacties |
        komentarze | комментарии | σχόλια | bình luận | コメント | コメント数 | 评论 | 评论数 | 댓글 | komentar |
        yorumlar | antal kommentarer | número de comentarios | anzahl kommentare | kommentarer antal |
        nombre de commentaires | numero di commenti | liczba komentarzy | количество комментариев | комментарий |
        số bình luận | 评论量 | 댓글 수 | jumlah komentar | yorum | yorum sayısı | opmerkingen | número de comentários |
        ความคิดเห็น | จำนวนความคิดเห็น | คอมเมนต์ | ยอดคอมเมนต์ | التعليقات | تعليقات | عدد التعليقات | коментарі |
        кількість коментарів | कमेंट | टिप्पणियाँ | टिप्पणियां | תגובות | מספר תגובות
    """,
    "shares": """
        shares | total shares | share count | shares count | sharecount | delinger | deler | compartidos |
        veces compartido | compartir | geteilt | geteilte inhalte | teilungen | compartilhamentos | partilhas |
        partages | condivisioni | gedeeld | delningar | udostępnienia | репосты | поделились | κοινοποιήσεις |
        chia sẻ | シェア | シェア数 | 分享 | 分享数 | 转发 | 공유 | dibagikan | paylaşımlar | antal delinger |
        partages du post | nombre de partages | keer gedeeld | liczba udostępnień | количество репостов | пересылки |
        lượt chia sẻ | số lượt chia sẻ | 分享量 | 转发量 | 转发数 | 공유 수 | jumlah dibagikan | bagikan | paylaşım |
        paylaşım sayısı | anzahl geteilt | número de compartilhamentos | condivisi |
        แชร์ | ยอดแชร์ | จำนวนการแชร์ | การแชร์ | จำนวนแชร์ | المشاركات | مشاركات | عدد المشاركات | مرات المشاركة |
        поширення | кількість поширень | репости | शेयर | शेयर की संख्या | שיתופים | מספר שיתופים
    """,
    "saves": """
        saves | saved | total saves | save count | saves count | collect count | collectcount | favorites |
        favourites | favorites count | favourites count | add to favorites | added to favorites | bookmarks | gemmer |
        gemte | gemt | guardados | guardar | favoritos | gespeichert | speicherungen | favoriten | salvamentos |
        salvos | enregistrements | enregistrés | favoris | salvataggi | preferiti | opgeslagen | sparade | zapisane |
        сохранения | избранное | αποθηκεύσεις | lượt lưu | 保存 | 保存数 | 收藏 | 收藏数 | 저장 | simpan |
        kaydetmeler | bookmark count | bookmarks count | favourite count | favorite count | add to favourites |
        added to favourites | collects | collected | ajouts aux favoris | zapisania | liczba zapisań |
        количество сохранений | в избранное | đã lưu | số lượt lưu | lượt yêu thích | 收藏量 | ブックマーク |
        お気に入り | 저장 수 | 즐겨찾기 | disimpan | jumlah simpan | favorit | kaydetme | kaydedilenler | favoritter |
        bewaard | sparningar | αποθηκευμένα |
        บันทึก | ยอดบันทึก | การบันทึก | จำนวนการบันทึก | รายการโปรด | مرات الحفظ | عدد مرات الحفظ | الحفظ |
        المحفوظات | المفضلة | збереження | кількість збережень | सेव | पसंदीदा | שמירות | מספר שמירות
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
        durée moyenne de visionnage | temps de visionnage moyen | tempo medio di visualizzazione | 平均視聴時間 |
        平均观看时间 | 평균 시청 시간 | avg watch | average watch | mean watch time | mean watch | watch time avg |
        avg play time | average play time | avg play duration | average play duration | avg watch duration |
        average watch duration | avg view duration | avg viewing time | average viewing time | avg time watched |
        gennemsnitlig afspilningstid | tiempo promedio de reproducción | tiempo medio de reproducción |
        duración media de visualización | durchschnittliche wiedergabezeit pro video | durchschnittliche sehdauer |
        duração média de visualização | tempo médio de reprodução | temps de visionnage moyen par vidéo |
        durée moyenne de lecture | temps moyen de visionnage | tempo medio di riproduzione |
        durata media di visualizzazione | gemiddelde kijktijd | gemiddelde weergaveduur | genomsnittlig visningstid |
        genomsnittlig tittartid | średni czas oglądania | średni czas odtwarzania | среднее время просмотра |
        средняя продолжительность просмотра | μέσος χρόνος παρακολούθησης | μέση διάρκεια προβολής |
        thời gian xem trung bình | thời lượng xem trung bình | 平均再生時間 | 平均视听时间 | 平均播放时长 |
        平均观看时长 | 平均播放时间 | 人均播放时长 | 평균 시청 지속 시간 | waktu tonton rata-rata |
        rata-rata waktu tonton | durasi tonton rata-rata | ortalama izlenme süresi | ortalama izleme süresi |
        ortalama görüntüleme süresi |
        เวลารับชมเฉลี่ย | เวลาดูเฉลี่ย | ระยะเวลาการรับชมเฉลี่ย | متوسط وقت المشاهدة | متوسط مدة المشاهدة | середній
        час перегляду | середня тривалість перегляду | औसत वॉच टाइम | औसत देखने का समय | זמן צפייה ממוצע
    """,
    "total_watch_s": """
        total watch s | play time | total play time | total play time s | total watch time | total time watched |
        samlet afspilningstid | tiempo total de reproducción | gesamte wiedergabezeit | tempo total de reprodução |
        temps de lecture total | 総再生時間 | 总播放时间 | total play duration | total watch duration |
        total view time | total viewing time | watch time total | play time total | samlet visningstid |
        samlet seertid | tiempo total de visualización | tiempo de reproducción total | gesamtwiedergabezeit |
        gesamte wiedergabedauer | tempo total de visualização | tempo total de exibição | durée totale de visionnage |
        durée totale de lecture | temps de visionnage total | tempo totale di visualizzazione |
        tempo totale di riproduzione | totale kijktijd | totale weergavetijd | total visningstid | total tittartid |
        łączny czas oglądania | łączny czas odtwarzania | całkowity czas oglądania | общее время просмотра |
        суммарное время просмотра | συνολικός χρόνος παρακολούθησης | tổng thời gian xem | tổng thời lượng xem |
        総視聴時間 | 合計再生時間 | 合計視聴時間 | 总播放时长 | 播放总时长 | 总观看时长 | 总观看时间 | 총 시청 시간 |
        총 재생 시간 | total waktu tonton | total waktu pemutaran | toplam izlenme süresi | toplam izleme süresi |
        toplam oynatma süresi |
        เวลารับชมทั้งหมด | เวลารับชมรวม | เวลาเล่นทั้งหมด | إجمالي وقت المشاهدة | إجمالي وقت التشغيل | загальний час
        перегляду | загальний час відтворення | कुल वॉच टाइम | कुल देखने का समय | זמן צפייה כולל
    """,
    "full_watch_rate": """
        full watch rate | watched full video | watched full video pct | watched full video (%) |
        full video watched rate | watched the full video | så hele videoen | vio el video completo |
        vieron el video completo | ganzes video angesehen | assistiram ao vídeo completo | vídeo completo assistido |
        ont regardé la vidéo entière | 视频全部观看 | 已观看完整视频 | 完播率 | completion rate |
        video completion rate | watched full video rate | full video watch rate | finished watching | full views rate |
        så hele videoen i procent | fuldførelsesrate | tasa de finalización | tasa de reproducción completa |
        abschlussrate | vollständig angesehen | gesamtes video angesehen | taxa de conclusão |
        taxa de reprodução completa | taux de complétion | taux d'achèvement | vidéo regardée en entier |
        tasso di completamento | video guardato per intero | hanno guardato il video completo | voltooiingspercentage |
        hele video bekeken | andel som såg hela videon | såg hela videon | fullföljandegrad | obejrzano cały film |
        wskaźnik ukończenia | współczynnik ukończenia | досмотр | досматриваемость | процент досмотра |
        просмотрели видео полностью | доля досмотров | ποσοστό ολοκλήρωσης | είδαν ολόκληρο το βίντεο | tỷ lệ xem hết |
        tỷ lệ hoàn thành | đã xem toàn bộ video | 視聴完了率 | 完全視聴率 | フル視聴率 | 视频完播率 | 播放完成率 |
        完整播放率 | 시청 완료율 | 완주율 | 전체 시청률 | tingkat penyelesaian | menonton video penuh |
        tamamlanma oranı | izlenme tamamlama oranı | videonun tamamını izledi |
        อัตราการดูจบ | ดูวิดีโอจนจบ | معدل الإكمال | شاهدوا الفيديو كاملا | شاهدوا الفيديو بالكامل | частка повних
        переглядів | переглянули відео повністю | पूरा वीडियो देखा | שיעור השלמה | צפו בסרטון המלא
    """,
    "reach": """
        reach | total viewers | reached audience | unique viewers | rækkevidde | alcance | reichweite | portée |
        リーチ | portata | bereik | räckvidd | zasięg | охват | εμβέλεια | phạm vi tiếp cận | 到达人数 | 触达人数 |
        观看人数 | 도달 | jangkauan | erişim | alcance total |
        การเข้าถึง | จำนวนผู้ชมทั้งหมด | الوصول | охоплення | पहुंच | חשיפה
    """,
    "new_followers": """
        new followers | followers gained | nye følgere | nuevos seguidores | neue follower | novos seguidores |
        nouveaux abonnés | 新規フォロワー | 新增粉丝 | nuovi follower | nieuwe volgers | nya följare |
        nowi obserwujący | новые подписчики | νέοι ακόλουθοι | người theo dõi mới | 新增粉丝数 | 涨粉 | 涨粉数 |
        涨粉量 | 새 팔로워 | 신규 팔로워 | pengikut baru | yeni takipçiler | yeni takipçi | フォロワー増加数 |
        ผู้ติดตามใหม่ | المتابعون الجدد | متابعون جدد | нові підписники | नए फ़ॉलोअर | עוקבים חדשים
    """,
}
_POST = {
    "post_id": """
        post id | video id | aweme id | item id | tiktok id | videoid | post-id | id | post ids | video ids |
        videos id | id vidéo | id de la vidéo | identifiant vidéo | identifiant de la vidéo | id du post | id video |
        id del video | id de video | id de vídeo | id do vídeo | id del vídeo | id publicación | id de la publicación |
        video-id | videos-id | beitrags-id | id del post | video-id’er | opslags-id | id filmu | id wideo |
        identyfikator filmu | id видео | ид видео | идентификатор видео | айди видео | αναγνωριστικό βίντεο |
        id βίντεο | id video tiktok | mã video | 動画id | 動画 id | ビデオid | 投稿id | 视频id | 视频 id | 作品id |
        帖子id | 视频编号 | 동영상 id | 영상 id | 비디오 id | 게시물 id | video kimliği | video no | gönderi kimliği |
        id bài đăng |
        รหัสวิดีโอ | ไอดีวิดีโอ | รหัสโพสต์ | معرف الفيديو | معرف المنشور | id відео | ідентифікатор відео | वीडियो
        आईडी | מזהה סרטון | מזהה וידאו
    """,
    "url": """
        url | link | video link | video url | post url | post link | share url | webvideourl | video link or id |
        video-link | permalink | tiktok url | enlace | enlace del video | lien | lien de la vidéo | link do vídeo |
        videolink | 動画リンク | webpage url | post page | uri | web video url | video page | link to video |
        link to post |
        post permalink | tiktok link | url de la vidéo | url vidéo | lien vidéo | lien tiktok | url del video |
        enlace vídeo | enlace del vídeo | enlace video | vínculo | url do vídeo | link do video | videoadresse |
        link zum video | videolink tiktok | link til video | video-url | link al video | link del video |
        collegamento | videokoppeling | koppeling | länk | länk till video | videolänk | link do filmu | adres filmu |
        odnośnik | ссылка | ссылка на видео | адрес видео | σύνδεσμος | σύνδεσμος βίντεο | đường dẫn | liên kết |
        link video | liên kết video | url動画 | 動画url | リンク | 投稿リンク | 链接 | 视频链接 | 作品链接 | 视频地址 |
        分享链接 | 링크 | 동영상 링크 | 영상 링크 | 게시물 링크 | tautan | tautan video | bağlantı | video bağlantısı |
        ลิงก์ | ลิงก์วิดีโอ | ลิงก์โพสต์ | الرابط | رابط الفيديو | رابط المنشور | посилання | посилання на відео |
        लिंक | वीडियो लिंक | קישור | קישור לסרטון
    """,
    "handle": """
        handle | tiktok handle | username | user name | unique id | author unique id | author | creator | account |
        account name | uploader | profile username | channel username | owner username | user username | channel |
        konto | brugernavn | usuario | nombre de usuario | cuenta | benutzername |
        usuário | conta | nom d'utilisateur | compte | profile | author name | author handle | account handle |
        account username | user handle | creator username | creator handle | creator name | profile name |
        tiktok account | tiktok username | author username | author uniqueid | créateur | créatrice | auteur | pseudo |
        nom du compte | nom d’utilisateur | autor | autora | creador | creadora | cuenta de tiktok | perfil | criador |
        criadora | nome de usuário | ersteller | kontoname | nutzername | skaber | forfatter | bruger | creatore |
        autore | nome utente | utente | maker | gebruikersnaam | gebruiker | skapare | användarnamn | användare |
        upphovsperson | twórca | nazwa użytkownika | użytkownik | автор | аккаунт | имя пользователя | пользователь |
        ник | δημιουργός | όνομα χρήστη | λογαριασμός | χρήστης | tác giả | người tạo | tài khoản | tên người dùng |
        người dùng | 作者 | 账号 | 帐号 | 用户名 | 用户 | 博主 | 达人 | 创作者 | 作成者 | アカウント | ユーザー名 |
        ユーザー | クリエイター | 投稿者 | 작성자 | 크리에이터 | 계정 | 사용자 이름 | 사용자명 | kreator | pembuat |
        akun | nama pengguna | pengguna | yazar | içerik üretici | oluşturan | hesap | kullanıcı adı | kullanıcı |
        ชื่อผู้ใช้ | บัญชี | ครีเอเตอร์ | اسم المستخدم | الحساب | صانع المحتوى | ім'я користувача | обліковий запис
        | акаунт | उपयोगकर्ता नाम | यूज़रनेम | खाता | क्रिएटर | שם משתמש | חשבון | יוצר
    """,
    "caption": """
        caption | description | video description | desc | title | video title | text | beskrivelse | titel |
        descripción | título | título del video | beschreibung | descrição | título do vídeo | légende | titre |
        titre de la vidéo | 動画タイトル | post title | post text | post caption | video caption | legenda | texto |
        texte | tekst | titre du post | título de la publicación | titolo | titolo del video | descrizione |
        didascalia | titel van de video | beschrijving | bijschrift | titel på video | beskrivning | bildtext | tytuł |
        tytuł filmu | opis | название | название видео | описание | подпись | заголовок | текст | τίτλος | περιγραφή |
        λεζάντα | tiêu đề | mô tả | chú thích | nội dung | タイトル | キャプション | 説明 | 説明文 | 标题 | 视频标题 |
        作品标题 | 视频描述 | 描述 | 文案 | 作品描述 | 제목 | 동영상 제목 | 설명 | 캡션 | judul | judul video |
        deskripsi | keterangan | başlık | video başlığı | açıklama | videotitel | videobeskrivelse |
        คำบรรยาย | ชื่อวิดีโอ | คำอธิบาย | الوصف | العنوان | عنوان الفيديو | وصف الفيديو | опис | назва | назва
        відео | підпис | कैप्शन | शीर्षक | विवरण | כיתוב | כותרת | תיאור
    """,
    "posted_at": """
        posted at | published at | create time | createtime | createtimeiso | create time iso | created at |
        post time | posted on | posted | post date | date posted | publish date | published date | publish time |
        video publish time | published | published on | upload date | uploaded at | upload dato | udgivet | dato |
        fecha de publicación | hora de publicación | fecha | veröffentlicht am | veröffentlichungsdatum | datum |
        data de publicação | data | date de publication | 投稿日 | date | uploaded on | upload time | uploaded |
        time posted | posting date | posting time | creation time | creation date | created | createtimestamp |
        publication date | opslået | oprettet | upload-dato | udgivelsesdato | offentliggjort | fecha de subida |
        fecha de creación | publicado | publicado el | veröffentlicht | erstellt am | hochgeladen am | upload-datum |
        uploaddatum | data de postagem | data do post | publicado em | data de criação | publiée le | publié le |
        date de mise en ligne | date de création | date du post | data di pubblicazione | pubblicato | pubblicato il |
        data di creazione | plaatsingsdatum | publicatiedatum | geplaatst op | gepubliceerd op | publiceringsdatum |
        publicerad | datum för publicering | upplagd | data publikacji | opublikowano | data dodania |
        дата публикации | дата | опубликовано | время публикации | дата загрузки | ημερομηνία δημοσίευσης |
        ημερομηνία | δημοσιεύτηκε | ngày đăng | ngày đăng tải | thời gian đăng | ngày | 投稿日時 | 公開日 | 公開日時 |
        アップロード日 | 日付 | 发布时间 | 发布日期 | 发表时间 | 创建时间 | 上传时间 | 日期 | 게시일 | 게시 날짜 |
        업로드 날짜 | 작성일 | 게시 시간 | 날짜 | tanggal posting | tanggal unggah | tanggal publikasi | tanggal |
        waktu posting | diunggah | yayın tarihi | yayınlanma tarihi | paylaşım tarihi | gönderi tarihi |
        yüklenme tarihi | tarih |
        วันที่โพสต์ | เวลาที่โพสต์ | วันที่เผยแพร่ | วันที่ | تاريخ النشر | وقت النشر | التاريخ | дата публікації |
        час публікації | опубліковано | पोस्ट करने की तारीख | प्रकाशन तिथि | तारीख | תאריך פרסום | תאריך
    """,
    "duration_s": """
        duration s | duration | duration (s) | video length | video length s | length | length s | video duration |
        varighed | længde | videolængde | duración | duración del video | dauer | länge | videolänge | duração |
        durée | durée de la vidéo | runtime | duration of video | clip length | videovarighed | varighed af video |
        duración del vídeo | longitud | longitud del video | longitud del vídeo | videodauer | videolaufzeit |
        laufzeit | duração do vídeo | comprimento | durée vidéo | longueur | longueur de la vidéo | durata |
        durata del video | lunghezza | duur | videoduur | lengte | speelduur | varaktighet | längd | videolängd |
        speltid | czas trwania | długość | długość filmu | длительность | продолжительность | длина |
        длительность видео | διάρκεια | διάρκεια βίντεο | thời lượng | thời lượng video | độ dài | 長さ | 動画の長さ |
        動画時間 | 时长 | 视频时长 | 视频长度 | 作品时长 | 길이 | 동영상 길이 | 영상 길이 | durasi | durasi video |
        panjang video | süre | video süresi | video uzunluğu |
        ความยาว | ความยาววิดีโอ | ระยะเวลา | المدة | مدة الفيديو | طول الفيديو | тривалість | тривалість відео |
        अवधि | वीडियो की अवधि | משך | אורך הסרטון | משך הסרטון
    """,
    "observed_at": """
        observed at | captured on | captured at | snapshot at | snapshot date | scraped at | scrape date |
        collected at | collect time | collecttime | fetched at | retrieved at | export date | as of | hentet |
        indsamlet | fecha de captura | erfasst am | capturado em | capturé le | captured | scraped on | scraped time |
        crawl time | crawled at | extracted at | extraction date | retrieved on | snapshot time | collected on |
        observation date | measured at | fecha de extracción | erfassungsdatum | abgerufen am | data de coleta |
        coletado em | date d'extraction | data di estrazione | opgehaald op | hämtad | pobrano | data pobrania |
        дата сбора | собрано | ημερομηνία συλλογής | ngày thu thập | 取得日 | 取得日時 | 采集时间 | 抓取时间 | 수집일 |
        수집 시간 | tanggal pengambilan | toplama tarihi
    """,
    "hashtags": """
        hashtags | hashtag names | tags | emneord | hashtag | hashtag list | hashtags used | etiquetas | mots-dièse |
        hashtaggar | hasztagi | хештеги | хэштеги | теги | ετικέτες | thẻ | ハッシュタグ | タグ | 话题 | 标签 |
        话题标签 | 해시태그 | tagar | etiketler |
        แฮชแท็ก | الهاشتاقات | هاشتاغات | الوسوم | हैशटैग | האשטאגים
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
        follower count | followers count | author followers | creator followers | author fans | account followers |
        author follower count | channel followers | author stats follower count | creator follower count
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

FOLLOWING = ("followers", "following", "total_likes", "post_count")
OWN_NAMES = tuple(column for column in ALIASES if column not in FOLLOWING)
"""Columns whose own name is a header of theirs."""
COUNTERS = tuple(_COUNTERS)
WATCHED = tuple(_WATCHED)
