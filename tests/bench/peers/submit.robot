*** Settings ***
Documentation       What a user of Robot Framework Browser writes: log in, then send each dossier and read its number.
Library             Browser    timeout=60s
Library             Process
Library             Collections

*** Variables ***
${TASK}             task.json

*** Test Cases ***
Send The Dossiers
    ${task}=    Evaluate    json.load(open($TASK, encoding="utf-8"))    modules=json
    New Persistent Context
    ...    userDataDir=${task}[profile]
    ...    browser=chromium
    ...    executablePath=${task}[chromium]
    ...    headless=True
    ...    args=${task}[arguments]
    ...    ignoreDefaultArgs=${task}[dropped]
    ...    chromiumSandbox=${task}[sandbox]
    Log In    ${task}
    ${numbers}=    Create List
    FOR    ${dossier}    IN    @{task}[dossiers]
        ${number}=    Send Dossier    ${task}    ${dossier}
        Append To List    ${numbers}    ${number}
    END
    Close Browser
    Evaluate    open($task["numbers"], "w").write(json.dumps($numbers))    modules=json

*** Keywords ***
Log In
    [Arguments]    ${task}
    Go To    ${task}[log_in]
    Fill Text    css=[formcontrolname=username]    ${task}[user]
    Fill Text    css=input[type=password]    ${task}[password]
    Check Checkbox    css=[formcontrolname=laToChuc]
    Take Screenshot    filename=${task}[picture_stem]    selector=css=img[alt=captcha]    fileType=png
    ${answer}=    Run Process    ${task}[operator]    ${task}[picture]
    Fill Text    css=[formcontrolname=textCaptcha]    ${answer.stdout}
    Click    css=form button[type=submit]
    Wait For Elements State    css=#accountMenuBtn    visible

Send Dossier
    [Arguments]    ${task}    ${dossier}
    Go To    ${task}[upload]
    Upload File By Selector    css=input[type=file]    ${dossier}[file]
    Fill Text    css=[formcontrolname=Dot]    ${dossier}[round]
    Click    css=#upload-form button[type=submit]
    Check Checkbox    css=label.certificate[data-tax-code="${task}[tax_code]"] input[type=radio]
    Click    css=[role=dialog] >> text="Xác nhận"
    Wait For Elements State    css=#receipt    visible
    ${number}=    Get Text    css=.receipt-number
    RETURN    ${number}
