"""Every address of the site; docs/review.md says who gets what from each."""

from django.urls import path

from signalread.review.views import (
    administration,
    agreement,
    attention,
    export,
    faults,
    queue,
    search,
    segment,
    session,
    shares,
)

urlpatterns = [
    path("", shares.list_runs, name="runs"),
    path("login/", session.login, name="login"),
    path("link/<str:secret>/", session.enter_by_link, name="link"),
    path("logout/", session.logout, name="logout"),
    path("language/", session.choose_language, name="language"),
    path("password/", session.change_password, name="password"),
    path("help/", session.show_help, name="help"),
    path("runs/<int:run_id>/", shares.show_map, name="map"),
    path("runs/<int:run_id>/units/<str:key>/", shares.show_unit, name="unit"),
    path("runs/<int:run_id>/units/<str:key>/<str:theme>/", shares.show_theme, name="theme"),
    path("runs/<int:run_id>/codebook/", shares.show_codebook, name="codebook"),
    path("runs/<int:run_id>/queue/", queue.show_queue, name="queue"),
    path("runs/<int:run_id>/queue/fill/", queue.fill, name="fill"),
    path("runs/<int:run_id>/undo/", queue.undo, name="undo"),
    path("runs/<int:run_id>/search/", search.search, name="search"),
    path("runs/<int:run_id>/agreement/", agreement.show_agreement, name="agreement"),
    path("runs/<int:run_id>/quotations/", attention.list_quotations, name="quotations"),
    path("runs/<int:run_id>/escalations/", attention.list_escalations, name="escalations"),
    path("runs/<int:run_id>/export/", export.export, name="export"),
    path("segments/<int:segment_id>/", segment.show_segment, name="segment"),
    path("segments/<int:segment_id>/answer/", segment.answer, name="answer"),
    path("segments/<int:segment_id>/skip/", segment.skip, name="skip"),
    path("segments/<int:segment_id>/quote/", attention.quote, name="quote"),
    path("segments/<int:segment_id>/unquote/", attention.unquote, name="unquote"),
    path("segments/<int:segment_id>/escalate/", attention.escalate, name="escalate"),
    path("admin/accounts/", administration.accounts, name="accounts"),
    path("admin/log/", administration.show_log, name="log"),
    path("admin/runs/<int:run_id>/", administration.manage_run, name="manage"),
    path("admin/runs/<int:run_id>/blind/", administration.assign, name="assign"),
    path("admin/runs/<int:run_id>/purge/", administration.purge, name="purge"),
]

handler400 = faults.bad_request
handler403 = faults.forbidden
handler404 = faults.not_found
handler500 = faults.broken
