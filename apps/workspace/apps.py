from django.apps import AppConfig
from django.contrib.admin import apps as admin


class WorkspaceConfig(AppConfig):
    name = "apps.workspace"
    label = "workspace"
    verbose_name = "Workspace"
    default = True


class OperatorsConfig(admin.AdminConfig):
    """The Django admin with our own site: named in settings in place of `django.contrib.admin`."""

    default = False
    default_site = "apps.workspace.operators.Operators"
