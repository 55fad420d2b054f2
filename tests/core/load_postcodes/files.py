"""Invented lists of postcodes in the layouts of the Office for National Statistics and Ordnance Survey."""

from core.models import Outcode, OutcodeCouncil, Place, Postcode, RegisterVersion

HEADER = "pcd7,pcd8,pcds,dointr,doterm,cty25cd,lad25cd,ctry25cd,east1m,north1m,gridind,lat,long"
DURHAM, DARLINGTON = "E06000047", "E06000005"


def line(postcode="DH1 3UJ", *, ended="", code=DURHAM, quality="1", lat="54.7761", long="-1.5733"):
    return f"{postcode},{postcode},{postcode},198001,{ended},E99999999,{code},E92000001,427000,542000,{quality},{lat},{long}"


DIRECTORY = [
    HEADER,
    line("DH1 3UJ"),
    line("DH1 3UN", lat="54.7771", long="-1.5743"),
    line("DL1 1AA", code=DARLINGTON, lat="54.52", long="-1.55"),
    line("DL1 1AB", lat="54.53", long="-1.56"),
    line("EH1 1YZ", code="S12000036", lat="55.95", long="-3.19"),
    line("DH1 9ZZ", ended="202001"),
    line("DH1 9ZY", quality="9", lat="99.999999", long="0.000000"),
    line("BT1 1AA", code="N09000003", lat="54.6", long="-5.93"),
    line("JE2 3AB", code="L99999999", quality="9", lat="99.999999", long="0"),
]
CODE_POINT = [
    f'"DH1 3UJ",10,427000,542000,"E92000001","E19000001","E18000001","","{DURHAM}","E05009056"',
    f'"NR30 5SX",10,651410,313177,"E92000001","E19000001","E18000001","","{DURHAM}","E05009056"',
    '"DH1 9ZY",90,0,0,"E92000001","","","","E06000047",""',
]


def state():
    """Return every row the loader writes."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Postcode, Outcode, OutcodeCouncil, Place, RegisterVersion)
    ]
