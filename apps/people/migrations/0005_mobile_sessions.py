from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_merging"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="ios_counted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="android_counted_at",
            field=models.DateTimeField(null=True),
        ),
    ]
