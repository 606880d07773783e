"""The columns of Jira's CSV export under their English names, whatever language it was made in.

Source of the names: exports that people publish, made by Jira Cloud and Data Center that are set to
German, French, Spanish, Portuguese, Russian, Turkish, Japanese and other languages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAMES = {
    "summary": (
        "zusammenfassung|résumé|resumen|resumo|riepilogo|тема|özet|要約|概要|概要信息|摘要|"
        "samenvatting|podsumowanie|sammanfattning|резюме|요약"
    ),
    "issue key": (
        "vorgangsschlüssel|clé de ticket|clé de la demande|clave de incidencia|"
        "clave de la incidencia|chave da item|chave do item|chave da pendência|chave segnalazione|"
        "chiave segnalazione|chiave ticket|ключ проблемы|ключ задачи|ключ запроса|konu anahtarı|"
        "課題キー|问题关键字|问题键|事务键|itemsleutel|issuesleutel|klucz zgłoszenia|ärendenyckel|"
        "이슈 키|work item key|key"
    ),
    "issue id": (
        "vorgangs-id|id de ticket|identifiant de ticket|identifiant de la demande|"
        "id de la incidencia|id de incidencia|id da item|id do item|id da pendência|"
        "id segnalazione|id проблемы|id задачи|код проблемы|идентификатор проблемы|konu kimliği|"
        "課題id|課題 id|问题id|问题 id|事务 id|item-id|issue-id|identyfikator zgłoszenia|ärende-id|"
        "이슈 id|work item id"
    ),
    "issue type": (
        "vorgangstyp|type de ticket|type de demande|tipo de incidencia|tipo de item|"
        "tipo de pendência|tipo segnalazione|tipo di segnalazione|тип задачи|тип запроса|"
        "тип проблемы|konu türü|課題タイプ|问题类型|事务类型|itemtype|issuetype|typ zgłoszenia|"
        "ärendetyp|이슈 유형|work type"
    ),
    "status": "état|statut|estado|stato|статус|durum|ステータス|状态|상태",
    "priority": "priorität|priorité|prioridad|prioridade|priorità|приоритет|öncelik|優先度|优先级|"
    "prioriteit|priorytet|prioritet|우선순위",
    "project key": (
        "projektschlüssel|clé de projet|clé du projet|clave del proyecto|chave do projeto|"
        "chiave progetto|ключ проекта|proje anahtarı|プロジェクトキー|プロジェクト キー|项目关键字|"
        "projectsleutel|klucz projektu|projektnyckel"
    ),
    "project name": (
        "projektname|nom du projet|nombre del proyecto|nome do projeto|nome progetto|"
        "название проекта|proje adı|プロジェクト名|项目名称|projectnaam|nazwa projektu|projektnamn"
    ),
    "description": (
        "beschreibung|descripción|descrição|descrizione|описание|açıklama|説明|描述|说明|"
        "beschrijving|opis|beskrivning|설명"
    ),
    "resolution": "lösung|résolution|resolución|resolução|soluzione|risoluzione|решение|резолюция|"
    "çözüm|解決状況|解决结果|oplossing|rozwiązanie|lösning",
    "reporter": "autor|melder|rapporteur|informador|relator|autore|автор|raporlayan|報告者|报告人|"
    "zgłaszający|rapportör",
    "creator": "ersteller|créateur|creador|criador|creatore|создатель|oluşturan|作成者|创建者",
    "assignee": "zugewiesene person|bearbeiter|personne assignée|responsable|persona asignada|"
    "responsável|assegnatario|исполнитель|atanan kişi|担当者|经办人|toegewezene|osoba przypisana",
    "labels": "stichwörter|étiquettes|etiquetas|categorias|etichette|метки|etiketler|ラベル|标签|"
    "etykiety|etiketter",
    "component/s": "komponenten|composants|composant(s)|componentes|componente(s)|componenti|"
    "компоненты|bileşenler|コンポーネント|模块|componenten|komponenty|komponenter",
    "fix versions": (
        "lösungsversionen|lösungsversion(en)|version(s) corrigée(s)|versions corrigées|"
        "version corrigée|versiones de corrección|versões corrigidas|versão/ões corrigida(s)|"
        "versioni corrette|исправить в версиях|исправить в версии|düzeltilen sürümler|"
        "修正バージョン|修复的版本|wersje poprawki"
    ),
    "parent": "übergeordnet|übergeordneter vorgang|pai|padre|principal|principale|родитель|"
    "родительская задача|üst öğe|親|父级|bovenliggend|nadrzędny",
    "parent id": "id des übergeordneten elements|übergeordnete id|id parent|id principal|id pai",
    "parent key": "clé parent|chave pai|clave principal|schlüssel des übergeordneten vorgangs",
    "parent summary": "übergeordnete zusammenfassung|résumé parent|resumo pai",
    "comment": "kommentar|kommentare|commentaire|comentario|comentário|commento|комментарий|yorum|"
    "コメント|评论",
}
"""For each column that is read, its names in other languages, divided by bars."""

_ISSUES = {"issue key", "summary", "issue type"}
_ENGLISH = {other: name for name, others in _NAMES.items() for other in others.split("|")}

_CUSTOM = re.compile(
    r"^(?:benutzerdefinierte felder|benutzerdefiniertes feld|champs? personnalisés?|"
    r"campos? personalizados?|campo personalizzato|пользовательское поле|özel alan|"
    r"カスタム ?フィールド|自定义字段|사용자정의 필드|"
    r"aangepast veld|pole niestandardowe|anpassat fält)"
    r"\s*[(（](?P<name>.+)[)）]$",
    re.IGNORECASE,
)


def english_header(names: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns in English where they are Jira's in another language.

    All stay as they are where no column holds the keys, the summaries or the types of issues.
    """
    english = tuple(map(_english, names))
    return english if {name.casefold() for name in english} >= _ISSUES else tuple(names)


def _english(name: str) -> str:
    shown = " ".join(name.split())
    if match := _CUSTOM.match(shown):
        return f"Custom field ({match['name']})"
    return _ENGLISH.get(shown.casefold(), name)
