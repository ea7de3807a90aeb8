"""Sign-in at the top, the workspace's settings below its app id."""

from django.urls import path

from .views import activity_log, compliance, notifications, settings, signing_in, start, teammates, tokens, transfers

app_name = "workspace"

urlpatterns = [
    path("", start.start, name="start"),
    path("healthz", start.healthz, name="healthz"),
    path("first-run", start.first_workspace, name="first-run"),
    path("sign-in", signing_in.sign_in, name="sign-in"),
    path("sign-in/link/<str:token>", signing_in.sign_in_link, name="sign-in-link"),
    path("sign-out", signing_in.sign_out, name="sign-out"),
    path("account", signing_in.account, name="account"),
    path("apps/<slug:app_id>/", start.workspace, name="workspace"),
    path("apps/<slug:app_id>/notifications/", notifications.notifications, name="notifications"),
    path("apps/<slug:app_id>/notifications/bell/", notifications.bell, name="bell"),
    path("apps/<slug:app_id>/notifications/read/", notifications.read_all, name="read-notifications"),
    path("apps/<slug:app_id>/notifications/<int:pk>/open/", notifications.open_one, name="open-notification"),
    path("apps/<slug:app_id>/settings/", settings.general, name="settings"),
    path("apps/<slug:app_id>/settings/security/", settings.security, name="security"),
    path("apps/<slug:app_id>/settings/security/secret/show/", settings.show_secret, name="show-secret"),
    path("apps/<slug:app_id>/settings/security/secret/replace/", settings.replace_secret, name="replace-secret"),
    path("apps/<slug:app_id>/settings/security/secret/end/", settings.end_former_secret, name="end-former-secret"),
    path("apps/<slug:app_id>/settings/security/access-logging/", settings.log_access, name="access-logging"),
    path("apps/<slug:app_id>/settings/security/contact/", compliance.name_contact, name="compliance-contact"),
    path("apps/<slug:app_id>/settings/security/documents/", compliance.upload, name="upload-document"),
    path("apps/<slug:app_id>/settings/security/documents/<int:document_pk>/", compliance.download, name="document"),
    path(
        "apps/<slug:app_id>/settings/security/documents/<int:document_pk>/remove/",
        compliance.remove,
        name="remove-document",
    ),
    path("apps/<slug:app_id>/settings/teammates/", teammates.teammates, name="teammates"),
    path("apps/<slug:app_id>/settings/teammates/<int:seat_pk>/role/", teammates.change_role, name="change-role"),
    path("apps/<slug:app_id>/settings/teammates/<int:seat_pk>/remove/", teammates.remove, name="remove-teammate"),
    path("apps/<slug:app_id>/settings/teammates/<int:seat_pk>/link/", teammates.make_link, name="make-link"),
    path("apps/<slug:app_id>/settings/activity-log/", activity_log.log, name="activity-log"),
    path("apps/<slug:app_id>/settings/imports-exports/", transfers.transfers, name="transfers"),
    path("apps/<slug:app_id>/settings/tokens/", tokens.tokens, name="tokens"),
    path("apps/<slug:app_id>/settings/tokens/<int:token_pk>/revoke/", tokens.revoke, name="revoke-token"),
]
