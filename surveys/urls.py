from django.urls import path

from surveys.views import answering, rounds, surveys

app_name = "surveys"

urlpatterns = [
    path("phieu-khao-sat/", surveys.surveys, name="surveys"),
    path("phieu-khao-sat/moi/", surveys.new_survey, name="new"),
    path("phieu-khao-sat/<int:pk>/", surveys.survey, name="survey"),
    path("phieu-khao-sat/<int:pk>/soan/", surveys.draft, name="draft"),
    path("phieu-khao-sat/<int:pk>/phat-hanh/", surveys.publish, name="publish"),
    path("lop/<int:pk>/khao-sat/", rounds.rounds, name="rounds"),
    path("dot-khao-sat/<int:pk>/thoi-gian/", rounds.change_days, name="days"),
    path("dot-khao-sat/<int:pk>/ket-qua/", rounds.show, name="results"),
    path("dot-khao-sat/<int:pk>/ket-xuat/", rounds.export, name="export"),
    path("khao-sat/<int:pk>/", answering.answer, name="answer"),
]
