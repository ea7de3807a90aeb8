from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0008_the_activity_log_stays"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["workspace", "teammate", "-at", "-id"], name="audit_by_teammate"),
        ),
    ]
