from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspace", "0006_notification")]

    operations = [
        migrations.AddField(
            "workspace",
            "compliance_contact",
            models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
