from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_fewer_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("state__in", ["archived", "blocked"])),
                fields=["workspace", "state"],
                name="hidden_people",
            ),
        ),
    ]
