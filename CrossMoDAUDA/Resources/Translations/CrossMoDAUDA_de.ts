<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
<name>CoreTexts</name>
<message>
<source>#{number} '{description}' ({count} slice of {columns} x {rows})</source>
<translation>#{number} „{description}“ ({count} Schicht zu {columns} x {rows})</translation>
</message>
<message>
<source>#{number} '{description}' ({count} slice of {columns} x {rows}, {told_apart_by})</source>
<translation>#{number} „{description}“ ({count} Schicht zu {columns} x {rows}, {told_apart_by})</translation>
</message>
<message>
<source>#{number} '{description}' ({count} slices of {columns} x {rows})</source>
<translation>#{number} „{description}“ ({count} Schichten zu {columns} x {rows})</translation>
</message>
<message>
<source>#{number} '{description}' ({count} slices of {columns} x {rows}, {told_apart_by})</source>
<translation>#{number} „{description}“ ({count} Schichten zu {columns} x {rows}, {told_apart_by})</translation>
</message>
<message>
<source>'{name}' and '{name2}' have no structure in common; give their segments the same names.</source>
<translation>„{name}“ und „{name2}“ haben keine Struktur gemeinsam; geben Sie ihren Segmenten dieselben Namen.</translation>
</message>
<message>
<source>'{name}' cannot name a place; use letters, digits, '_', '-' and '.'.</source>
<translation>„{name}“ geht nicht als Name; verwenden Sie nur Buchstaben, Ziffern, '_', '-' und '.'.</translation>
</message>
<message>
<source>'{name}' is no place where a worker can run; known are {places}.</source>
<translation>„{name}“ ist kein Ort, an dem gearbeitet werden kann; bekannt sind {places}.</translation>
</message>
<message>
<source>'{name}' is no place where a worker can run; known are {places}; `place add` adds one.</source>
<translation>„{name}“ ist kein bekannter Rechner; bekannt sind {places}; `place add` fügt einen hinzu.</translation>
</message>
<message>
<source>'{name}' is no place where a worker can run; none is known yet; `place add` adds one.</source>
<translation>„{name}“ ist kein bekannter Rechner; noch ist keiner bekannt; `place add` fügt einen hinzu.</translation>
</message>
<message>
<source>'{name}' on {name2} is not called as our files are; it is not copied.</source>
<translation>„{name}“ auf {name2} heißt nicht wie unsere Dateien; es wird nicht kopiert.</translation>
</message>
<message>
<source>'{path}' does not exist, but '{meant}' does; leave out the space around its name.</source>
<translation>„{path}“ gibt es nicht, aber „{meant}“ gibt es; lassen Sie den Leerraum um den Namen weg.</translation>
</message>
<message>
<source>'{text}' is no date; write it as 2024-03-01</source>
<translation>„{text}“ ist kein Datum; schreiben Sie es wie 2024-03-01</translation>
</message>
<message>
<source>'{text}' is no day of the calendar; write it as 2024-03-01</source>
<translation>„{text}“ ist kein Tag des Kalenders; schreiben Sie es wie 2024-03-01</translation>
</message>
<message>
<source>(and {count} more; --dry-run lists all)</source>
<translation>(und {count} weitere; Scans prüfen zeigt alle)</translation>
</message>
<message>
<source>, expected to start at {at}</source>
<translation>, Beginn erwartet um {at}</translation>
</message>
<message>
<source>, {number} of {stages} experiments</source>
<translation>, {number} von {stages} Experimenten</translation>
</message>
<message>
<source>--dataset-id is {number}; nnU-Net's data sets have numbers from 1 to 999.</source>
<translation>--dataset-id ist {number}; Datensätze von nnU-Net haben Nummern von 1 bis 999.</translation>
</message>
<message>
<source>--date {text} names no date; write it as --date FILE=2024-03-01.</source>
<translation>--date {text} nennt kein Datum; schreiben Sie --date DATEI=2024-03-01.</translation>
</message>
<message>
<source>--date {text} names no file; write it as --date FILE=2024-03-01.</source>
<translation>--date {text} nennt keine Datei; schreiben Sie --date DATEI=2024-03-01.</translation>
</message>
<message>
<source>--date {text} names none of the label maps; give the file as it is among the inputs.</source>
<translation>--date {text} nennt keine der Labelkarten; geben Sie die Datei so an, wie sie unter den Eingaben steht.</translation>
</message>
<message>
<source>--date {text} names {count} of the label maps; give the file as it is among the inputs.</source>
<translation>--date {text} nennt {count} der Labelkarten; geben Sie die Datei so an, wie sie unter den Eingaben steht.</translation>
</message>
<message>
<source>--device {device} names several GPUs, which only 'run' uses together; name one of them.</source>
<translation>Das Gerät {device} nennt mehrere GPUs, die nur das Training zusammen nutzt; nennen Sie eine davon.</translation>
</message>
<message>
<source>--events belongs to --dry-run; an experiment's events are in its events.jsonl.</source>
<translation>--events gehört zu --dry-run; die Ereignisse eines Experiments stehen in seiner events.jsonl.</translation>
</message>
<message>
<source>--extra '{option}' is no option of sbatch's; write it in one word, as --extra=--constraint=a100.</source>
<translation>--extra „{option}“ ist keine Option von sbatch; schreiben Sie sie in einem Wort, wie --extra=--constraint=a100.</translation>
</message>
<message>
<source>--folder must name a folder of its own on that computer.</source>
<translation>--folder muss einen eigenen Ordner auf jenem Rechner nennen.</translation>
</message>
<message>
<source>--gpus must be 0 or more and --nodes 1 or more.</source>
<translation>--gpus muss mindestens 0 sein und --nodes mindestens 1.</translation>
</message>
<message>
<source>--jobs is for clusters, and {on} is none; leave it out.</source>
<translation>--jobs ist für Cluster, und {on} ist keiner; lassen Sie das weg.</translation>
</message>
<message>
<source>--jobs must be 1 or more, and belongs to --on; on this computer one scan is segmented at a time.</source>
<translation>--jobs muss mindestens 1 sein und gehört zu --on; auf diesem Rechner wird ein Scan nach dem anderen segmentiert.</translation>
</message>
<message>
<source>--largest-component none switches it off for all structures; give it alone.</source>
<translation>'Nichts' schaltet den größten Teil für alle Strukturen ab; wählen Sie nur dieses.</translation>
</message>
<message>
<source>--largest-component {name} is not a structure of the model; choose from {labels}.</source>
<translation>{name} ist keine Struktur des Modells; wählen Sie eine von {labels}.</translation>
</message>
<message>
<source>--only and --take-from are for experiments on this computer; leave them out.</source>
<translation>--only und --take-from sind für Experimente auf diesem Rechner; lassen Sie das weg.</translation>
</message>
<message>
<source>--pip={word} is neither an option of pip's nor a package; give an option and its value as one, as --pip={option}={word}.</source>
<translation>--pip={word} ist weder eine Option von pip noch ein Paket; geben Sie eine Option und ihren Wert zusammen an, wie --pip={option}={word}.</translation>
</message>
<message>
<source>--preset {named} and --set preset={assigned} contradict one another; give one of them.</source>
<translation>Die Voreinstellung {named} und preset={assigned} widersprechen einander; geben Sie eine davon an.</translation>
</message>
<message>
<source>--script-only is for clusters, and {name} is none; leave it out, or add the place with --slurm.</source>
<translation>--script-only ist für Cluster, und {name} ist keiner; lassen Sie das weg, oder fügen Sie den Rechner mit --slurm hinzu.</translation>
</message>
<message>
<source>--set "labels={text}"</source>
<translation>--set "labels={text}"</translation>
</message>
<message>
<source>--set 'labels={{}}'</source>
<translation>--set 'labels={{}}'</translation>
</message>
<message>
<source>--set budget_minutes={minutes} in a new folder</source>
<translation>--set budget_minutes={minutes} in einem neuen Ordner</translation>
</message>
<message>
<source>--set labels=Intrameatal:1,Extrameatal:2,Cochlea:3</source>
<translation>--set labels=Intrameatal:1,Extrameatal:2,Cochlea:3</translation>
</message>
<message>
<source>--set {assignment} is not KEY=VALUE; write for example --set seed=1.</source>
<translation>--set {assignment} ist nicht SCHLÜSSEL=WERT; schreiben Sie zum Beispiel --set seed=1.</translation>
</message>
<message>
<source>--set {useless} does not matter to evaluate; it takes labels, evaluation.convention and reading.*.</source>
<translation>--set {useless} hat für evaluate keine Bedeutung; möglich sind labels, evaluation.convention und reading.*.</translation>
</message>
<message>
<source>--set {useless} does not matter to follow-up; it takes labels.</source>
<translation>--set {useless} spielt für follow-up keine Rolle; es nimmt labels.</translation>
</message>
<message>
<source>--set {useless} does not matter to measure; it takes labels and reading.*.</source>
<translation>--set {useless} ist für measure ohne Bedeutung; es kennt labels und reading.*.</translation>
</message>
<message>
<source>--ssh '{ssh}' is no host; give HOST or USER@HOST. Its port, key and jump host belong into ~/.ssh/config.</source>
<translation>--ssh „{ssh}“ ist kein Rechner; geben Sie HOST oder USER@HOST an. Port, Schlüssel und Sprungrechner gehören in ~/.ssh/config.</translation>
</message>
<message>
<source>--structure {structure} is none of the structures; they are {labels}.</source>
<translation>--structure {structure} ist keine der Strukturen; das sind {labels}.</translation>
</message>
<message>
<source>--take-from {donor} is no experiment folder; check the path.</source>
<translation>--take-from {donor} ist kein Experimentordner; prüfen Sie den Pfad.</translation>
</message>
<message>
<source>--time '{time}' is no time limit of Slurm's; write it as 24:00:00 or 2-00:00:00.</source>
<translation>--time „{time}“ ist keine Zeitgrenze von Slurm; schreiben Sie sie wie 24:00:00 oder 2-00:00:00.</translation>
</message>
<message>
<source>--time '{time}' is too short; give two minutes or more, so that the work goes on from job to job.</source>
<translation>--time „{time}“ ist zu kurz; geben Sie mindestens zwei Minuten an, damit die Arbeit von Job zu Job weitergeht.</translation>
</message>
<message>
<source>--uncertainty and --on do not go together: the probabilities stay there; leave one of them out.</source>
<translation>--uncertainty und --on gehen nicht zusammen: Die Wahrscheinlichkeiten bleiben dort; lassen Sie eines davon weg.</translation>
</message>
<message>
<source>--{name} is for clusters; give --slurm too, or leave it out.</source>
<translation>--{name} ist für Cluster; geben Sie auch --slurm an, oder lassen Sie es weg.</translation>
</message>
<message>
<source>--{option} '{value}' holds control characters; give another.</source>
<translation>--{option} „{value}“ enthält Steuerzeichen; geben Sie etwas anderes an.</translation>
</message>
<message>
<source>--{option} '{value}' is no name of Slurm's; letters, digits, '_', '-', '.' and ',' are.</source>
<translation>--{option} „{value}“ ist kein Name von Slurm; Buchstaben, Ziffern, '_', '-', '.' und ',' sind erlaubt.</translation>
</message>
<message>
<source>1 file is empty or no DICOM in spite of the name ({wrong}); copy again what is a slice.</source>
<translation>1 Datei ist trotz ihres Namens leer oder kein DICOM ({wrong}); kopieren Sie noch einmal, was eine Schicht ist.</translation>
</message>
<message>
<source>A helper process died while {message}, most likely because memory ran out; run again with --set helper_processes=0 or fewer.</source>
<translation>Ein Hilfsprozess brach ab ({message}), wahrscheinlich weil der Speicher ausging; schließen Sie andere Programme, und versuchen Sie es erneut.</translation>
</message>
<message>
<source>A structure is {wrong} in the pseudo-labels of all target cases: none is left out. Look at them.</source>
<translation>In den Pseudo-Labels aller Ziel-Fälle ist eine Struktur {wrong}: Keiner wird ausgelassen. Bitte ansehen.</translation>
</message>
<message>
<source>A structure is {wrong} in the pseudo-labels of {count} of {count2} target cases, which are left out: see report.md.</source>
<translation>In den Pseudo-Labels von {count} von {count2} Ziel-Fällen ist eine Struktur {wrong}; diese werden ausgelassen: siehe report.md.</translation>
</message>
<message>
<source>A structure is {wrong} in the pseudo-labels of {count} of {count2} target cases, which are left out: {left_out}.</source>
<translation>In den Pseudo-Labels von {count} von {count2} Ziel-Fällen ist eine Struktur {wrong}; diese werden ausgelassen: {left_out}.</translation>
</message>
<message>
<source>Adam's beta 1</source>
<translation>Adams beta 1</translation>
</message>
<message>
<source>Adam's beta 2</source>
<translation>Adams beta 2</translation>
</message>
<message>
<source>Adam's first decay rate.</source>
<translation>Erste Abklingrate von Adam.</translation>
</message>
<message>
<source>Adam's second decay rate.</source>
<translation>Zweite Abklingrate von Adam.</translation>
</message>
<message>
<source>Adam's weight decay.</source>
<translation>Gewichtsabnahme von Adam.</translation>
</message>
<message>
<source>Add doubtful voxels at a pseudo-label's edge if their intensity fits, remove those that do not fit, or both.</source>
<translation>Zweifelhafte Voxel am Rand eines Pseudo-Labels hinzufügen, wenn ihre Intensität passt, solche entfernen, die nicht passen, oder beides.</translation>
</message>
<message>
<source>Adversarial weight</source>
<translation>Gewicht, adversarial</translation>
</message>
<message>
<source>After iteration 0, compare its results on the pseudo-target images with their real labels.</source>
<translation>Nach Runde 0 ihre Ergebnisse auf den Pseudo-Zielbildern mit deren echten Labels vergleichen.</translation>
</message>
<message>
<source>Against {name}, the first of those that translate, it is better in {listed} and worse in {listed2} of the {count} criteria that both have.</source>
<translation>Gegenüber {name}, dem ersten von denen, die übersetzen, ist es in {listed} von {count} Kriterien, die beide haben, besser und in {listed2} schlechter.</translation>
</message>
<message>
<source>Against {name}, the first of those that translate, it is better in {listed} and worse in {listed2} of the {count} criteria that both have; of two that are equal in this, the one that translates is taken.</source>
<translation>Gegenüber {name}, dem ersten von denen, die übersetzen, ist es in {listed} von {count} Kriterien, die beide haben, besser und in {listed2} schlechter; von zweien, die darin gleich sind, wird das genommen, das übersetzt.</translation>
</message>
<message>
<source>Against {name}, which does not translate, it is better in {listed} and worse in {listed2} of the {count} criteria that both have.</source>
<translation>Gegenüber {name}, das nicht übersetzt, ist es in {listed} von {count} Kriterien, die beide haben, besser und in {listed2} schlechter.</translation>
</message>
<message>
<source>Against {name}, which does not translate, it is better in {listed} and worse in {listed2} of the {count} criteria that both have; of two that are equal in this, the one that translates is taken.</source>
<translation>Gegenüber {name}, das nicht übersetzt, ist es in {listed} von {count} Kriterien, die beide haben, besser und in {listed2} schlechter; von zweien, die darin gleich sind, wird das genommen, das übersetzt.</translation>
</message>
<message>
<source>All source label maps show these in one piece, so predictions keep the largest connected component: {names}. Set self_training.single_by_labels=false where target patients may have several.</source>
<translation>Alle Label-Karten der Quelle zeigen diese in einem Stück, daher behalten Vorhersagen die größte zusammenhängende Komponente: {names}. Setzen Sie self_training.single_by_labels=false, wo Patienten des Ziels mehrere haben können.</translation>
</message>
<message>
<source>All {count} label maps of the {domain} domain are empty: no voxel belongs to a structure, such as in {label}; give the folder of the right label maps, or export them again.</source>
<translation>Alle {count} Labelkarten der Domäne {domain} sind leer: Kein Voxel gehört zu einer Struktur, etwa in {label}; geben Sie den Ordner der richtigen Labelkarten an oder exportieren Sie sie neu.</translation>
</message>
<message>
<source>Also train a segmenter on the source images as they are, for comparison.</source>
<translation>Zum Vergleich auch ein Segmentierungsnetz auf den Quellbildern trainieren, wie sie sind.</translation>
</message>
<message>
<source>Analyze's format</source>
<translation>im Format von Analyze</translation>
</message>
<message>
<source>Another `segment --on` works for {output}; wait until it has ended, or name another output folder.</source>
<translation>Ein anderes `segment --on` arbeitet für {output}; warten Sie, bis es beendet ist, oder nennen Sie einen anderen Ausgabeordner.</translation>
</message>
<message>
<source>Another structure</source>
<translation>Another structure</translation>
</message>
<message>
<source>Any of {several} could be followed; name one, as --structure '{several2}'.</source>
<translation>Jede von {several} könnte verfolgt werden; nennen Sie eine, etwa --structure „{several2}“.</translation>
</message>
<message>
<source>Apple GPU (mps)</source>
<translation>Apple-GPU (mps)</translation>
</message>
<message>
<source>Arithmetic of the networks; auto: bf16 where the hardware has units for it.</source>
<translation>Arithmetik der Netze; auto: bf16, wo die Hardware Einheiten dafür hat.</translation>
</message>
<message>
<source>As `cyclegan.discriminator_layers`; 0: by the slice's size.</source>
<translation>Wie `cyclegan.discriminator_layers`; 0: nach der Größe der Schicht.</translation>
</message>
<message>
<source>Average predictions over mirrored copies of the scan.</source>
<translation>Vorhersagen über gespiegelte Kopien des Scans mitteln.</translation>
</message>
<message>
<source>Axial diameter (mm)</source>
<translation>Axialer Durchmesser (mm)</translation>
</message>
<message>
<source>Base features</source>
<translation>Merkmale der ersten Stufe</translation>
</message>
<message>
<source>Batch job submission failed:</source>
<translation>Batch job submission failed:</translation>
</message>
<message>
<source>Batch size</source>
<translation>Batchgröße</translation>
</message>
<message>
<source>Both sides have a tumour: each is followed by itself, and what lies on one side of the scan's middle is one.</source>
<translation>Beide Seiten haben einen Tumor: Jede wird für sich verfolgt, und was auf einer Seite der Scanmitte liegt, gilt als einer.</translation>
</message>
<message>
<source>Bright in target</source>
<translation>Hell im Ziel</translation>
</message>
<message>
<source>Budget minutes</source>
<translation>Zeitrahmen (Minuten)</translation>
</message>
<message>
<source>By CrossMoDAUDA, not for clinical use</source>
<translation>Von CrossMoDAUDA, nicht für den klinischen Gebrauch</translation>
</message>
<message>
<source>CPU ({threads} thread)</source>
<translation>CPU ({threads} Thread)</translation>
</message>
<message>
<source>CPU ({threads} threads)</source>
<translation>CPU ({threads} Threads)</translation>
</message>
<message>
<source>Cannot read the list of Python packages {path} ({error}); reinstall the extension.</source>
<translation>Die Liste der Python-Pakete {path} lässt sich nicht lesen ({error}); installieren Sie die Erweiterung neu.</translation>
</message>
<message>
<source>Check agreement</source>
<translation>Abgleich prüfen</translation>
</message>
<message>
<source>Check brightness</source>
<translation>Helligkeit prüfen</translation>
</message>
<message>
<source>Checkpoint every</source>
<translation>Zwischenstand alle</translation>
</message>
<message>
<source>Chosen for these scans and this computer: {parts}. In all about {seconds}.</source>
<translation>Für diese Scans und diesen Rechner gewählt: {parts}. Insgesamt etwa {seconds}.</translation>
</message>
<message>
<source>Compare one patient's scans of several dates: volume, axial and extrameatal diameter with their uncertainty, growth a year, doubling time, and whether it changed by 20 % or 2 mm. Nothing is registered; volumes do not need it.</source>
<translation>Scans eines Patienten von mehreren Terminen vergleichen: Volumen, axialer und extrameataler Durchmesser mit ihrer Unsicherheit, Wachstum im Jahr, Verdopplungszeit, und ob sich etwas um 20 % oder 2 mm geändert hat. Nichts wird registriert; Volumina brauchen das nicht.</translation>
</message>
<message>
<source>Compare with source only</source>
<translation>Mit nur Quelle vergleichen</translation>
</message>
<message>
<source>Compile</source>
<translation>Kompilieren</translation>
</message>
<message>
<source>Contrast target slices with their own translations as well; FastCUT does not.</source>
<translation>Auch Ziel-Schichten mit ihren eigenen Übersetzungen kontrastieren; FastCUT tut das nicht.</translation>
</message>
<message>
<source>Contrast weight</source>
<translation>Gewicht, Kontrast</translation>
</message>
<message>
<source>Convention</source>
<translation>Konvention</translation>
</message>
<message>
<source>Copies share weight</source>
<translation>Kopien teilen sich das Gewicht</translation>
</message>
<message>
<source>Cross entropy weight</source>
<translation>Gewicht, Kreuzentropie</translation>
</message>
<message>
<source>CrossMoDAUDA {version}, model {model}</source>
<translation>CrossMoDAUDA {version}, Modell {model}</translation>
</message>
<message>
<source>Cycle weight</source>
<translation>Gewicht, Zyklus</translation>
</message>
<message>
<source>DICOM (StudyDate)</source>
<translation>DICOM (StudyDate)</translation>
</message>
<message>
<source>DSC {scores} over {scores2} scan</source>
<translation>DSC {scores} über {scores2} Scan</translation>
</message>
<message>
<source>DSC {scores} over {scores2} scans</source>
<translation>DSC {scores} über {scores2} Scans</translation>
</message>
<message>
<source>Dark in target</source>
<translation>Dunkel im Ziel</translation>
</message>
<message>
<source>Decay epochs</source>
<translation>Abkling-Epochen</translation>
</message>
<message>
<source>Device</source>
<translation>Gerät</translation>
</message>
<message>
<source>Discriminator features</source>
<translation>Merkmale (Diskriminator)</translation>
</message>
<message>
<source>Discriminator layers</source>
<translation>Schichten (Diskriminator)</translation>
</message>
<message>
<source>Do not trust the results of {name}: {against}</source>
<translation>Den Ergebnissen von {name} nicht trauen: {against}</translation>
</message>
<message>
<source>Draw a labelled scan and its copies (scaled, or translated by earlier networks) together as often as one image.</source>
<translation>Einen Scan mit Label und seine Kopien (skaliert oder von früheren Netzen übersetzt) zusammen so oft ziehen wie ein Bild.</translation>
</message>
<message>
<source>Drop failed</source>
<translation>Gescheiterte auslassen</translation>
</message>
<message>
<source>Drop incomplete</source>
<translation>Unvollständige auslassen</translation>
</message>
<message>
<source>Earlier networks, spread over the decay epochs, whose translations the segmenter learns from as well.</source>
<translation>Frühere Netze, über die Abkling-Epochen verteilt, aus deren Übersetzungen das Segmentierungsnetz ebenfalls lernt.</translation>
</message>
<message>
<source>Edge weight</source>
<translation>Gewicht, Kanten</translation>
</message>
<message>
<source>Encoder downsamplings</source>
<translation>Halbierungen des Encoders</translation>
</message>
<message>
<source>Entropy (nats) of a structure's probability above which a voxel is doubtful.</source>
<translation>Entropie (nat) der Wahrscheinlichkeit einer Struktur, ab der ein Voxel zweifelhaft ist.</translation>
</message>
<message>
<source>Epochs</source>
<translation>Epochen</translation>
</message>
<message>
<source>Epochs at the initial learning rate.</source>
<translation>Epochen mit der anfänglichen Lernrate.</translation>
</message>
<message>
<source>Epochs between checkpoints.</source>
<translation>Epochen zwischen zwei Zwischenständen.</translation>
</message>
<message>
<source>Epochs of one training.</source>
<translation>Epochen eines Trainings.</translation>
</message>
<message>
<source>Epochs of the training in each iteration from 1 on; 0: as segmentation.epochs.</source>
<translation>Epochen des Trainings in jeder Runde ab 1; 0: wie segmentation.epochs.</translation>
</message>
<message>
<source>Evaluation needs both the folder of its images and the folder of its labels; give both or neither.</source>
<translation>Die Auswertung braucht den Ordner ihrer Bilder und den ihrer Labels; geben Sie beide an oder keinen.</translation>
</message>
<message>
<source>Evidence</source>
<translation>Belege</translation>
</message>
<message>
<source>Extrameatal (mm)</source>
<translation>Extrameatal (mm)</translation>
</message>
<message>
<source>Feature maps of nnU-Net's first stage.</source>
<translation>Merkmalskarten der ersten Stufe von nnU-Net.</translation>
</message>
<message>
<source>Feature maps of the discriminator's first layer, which is also the encoder's.</source>
<translation>Merkmalskarten der ersten Schicht des Diskriminators, die auch die des Encoders ist.</translation>
</message>
<message>
<source>Feature maps of the discriminator's first layer.</source>
<translation>Merkmalskarten der ersten Schicht des Diskriminators.</translation>
</message>
<message>
<source>Feature maps of the generator's first layer.</source>
<translation>Merkmalskarten der ersten Schicht des Generators.</translation>
</message>
<message>
<source>Feature maps of the generator's last layer.</source>
<translation>Merkmalskarten der letzten Schicht des Generators.</translation>
</message>
<message>
<source>Files could not be copied from {name} ({last_line}).</source>
<translation>Dateien konnten nicht von {name} geholt werden ({last_line}).</translation>
</message>
<message>
<source>Files could not be copied to {name} ({last_line}).</source>
<translation>Dateien konnten nicht zu {name} gesendet werden ({last_line}).</translation>
</message>
<message>
<source>Finest spacing (mm)</source>
<translation>Feinster Abstand (mm)</translation>
</message>
<message>
<source>Flip equivariance</source>
<translation>Äquivarianz (Spiegeln)</translation>
</message>
<message>
<source>FreeSurfer's format</source>
<translation>im Format von FreeSurfer</translation>
</message>
<message>
<source>Further epochs over which the learning rate falls linearly to zero.</source>
<translation>Weitere Epochen, in denen die Lernrate linear auf null fällt.</translation>
</message>
<message>
<source>Further values in label maps, each with the value of the structure that it counts as; labels=Tumour:1+2 sets 2:1.</source>
<translation>Weitere Werte in Labelkarten, jeweils mit dem Wert der Struktur, als die sie zählen; labels=Tumour:1+2 setzt 2:1.</translation>
</message>
<message>
<source>GPU memory (GB)</source>
<translation>GPU-Speicher (GB)</translation>
</message>
<message>
<source>GPU memory (GB) that nnU-Net plans its patch and batch size for.</source>
<translation>GPU-Speicher (GB), für den nnU-Net Ausschnitt und Batchgröße plant.</translation>
</message>
<message>
<source>Generator blocks</source>
<translation>Blöcke (Generator)</translation>
</message>
<message>
<source>Generator downsamplings</source>
<translation>Halbierungen (Generator)</translation>
</message>
<message>
<source>Generator features</source>
<translation>Merkmale (Generator)</translation>
</message>
<message>
<source>Global weight</source>
<translation>Gewicht ganzer Schichten</translation>
</message>
<message>
<source>Growing, doubling</source>
<translation>Wachsend, Verdopplung</translation>
</message>
<message>
<source>Growth a year is extrapolated from {span} day.</source>
<translation>Das Wachstum im Jahr ist aus {span} Tag hochgerechnet.</translation>
</message>
<message>
<source>Growth a year is extrapolated from {span} days.</source>
<translation>Das Wachstum im Jahr ist aus {span} Tagen hochgerechnet.</translation>
</message>
<message>
<source>Growth needs two scans that show the tumour.</source>
<translation>Für das Wachstum braucht es zwei Scans, die den Tumor zeigen.</translation>
</message>
<message>
<source>Halvings of the slice in its code: 2 or 1; 0: by the slice's size.</source>
<translation>Wie oft die Schicht in ihrem Code halbiert ist: 2 oder 1; 0: nach der Größe der Schicht.</translation>
</message>
<message>
<source>Header</source>
<translation>Header</translation>
</message>
<message>
<source>Helper processes</source>
<translation>Hilfsprozesse</translation>
</message>
<message>
<source>Highest factor of that scaling; 2 doubles the signal. Below 1 for a structure that is darker in the target.</source>
<translation>Größter Faktor dieser Skalierung; 2 verdoppelt das Signal. Unter 1 für eine Struktur, die im Ziel dunkler ist.</translation>
</message>
<message>
<source>Highest fitting intensity, relative to the mean inside the pseudo-label.</source>
<translation>Größte passende Intensität, relativ zum Mittel im Pseudo-Label.</translation>
</message>
<message>
<source>How empty masks and the mean surface distance are counted.</source>
<translation>Wie leere Masken und der mittlere Oberflächenabstand zählen.</translation>
</message>
<message>
<source>How often a case with a pseudo-label is drawn, relative to one with a real label.</source>
<translation>Wie oft ein Fall mit Pseudo-Label gezogen wird, relativ zu einem mit echtem Label.</translation>
</message>
<message>
<source>How often the ResNet generator halves a slice; 0: by the slice's size.</source>
<translation>Wie oft der ResNet-Generator eine Schicht halbiert; 0: nach der Größe der Schicht.</translation>
</message>
<message>
<source>How often the generator halves a slice; 0: by the slice's size.</source>
<translation>Wie oft der Generator eine Schicht halbiert; 0: nach der Größe der Schicht.</translation>
</message>
<message>
<source>Identity</source>
<translation>Identität</translation>
</message>
<message>
<source>Identity weight</source>
<translation>Gewicht, Identität</translation>
</message>
<message>
<source>Image size</source>
<translation>Bildgröße</translation>
</message>
<message>
<source>Image translator; 'none' trains on the source images as they are.</source>
<translation>Bildübersetzer; 'none' trainiert auf den Quellbildern, wie sie sind.</translation>
</message>
<message>
<source>In {absent} of {count} references, {name} is missing. There it is scored by DSC 0 and {worst} mm, whatever is predicted (convention challenge2022), which lowers the mean DSC and raises the mean ASSD and HD95 of all alike. Begun anew with evaluation.convention=medpy, it is scored by DSC 1 and 0 mm there where nothing is predicted.</source>
<translation>In {absent} von {count} Referenzen fehlt {name}. Dort zählen DSC 0 und {worst} mm, was auch immer vorhergesagt wird (Konvention challenge2022); das senkt den mittleren DSC und hebt ASSD und HD95 im Mittel bei allen gleich. Neu begonnen mit evaluation.convention=medpy, zählen dort DSC 1 und 0 mm, wo nichts vorhergesagt wird.</translation>
</message>
<message>
<source>In {absent} of {count} references, {name} is missing. There it is scored by DSC 0 and {worst} mm, whatever is predicted (convention challenge2022), which lowers the mean DSC and raises the mean ASSD and HD95 of all alike. With evaluation.convention=medpy, it is scored by DSC 1 and 0 mm there where nothing is predicted.</source>
<translation>In {absent} von {count} Referenzen fehlt {name}. Dort zählen DSC 0 und {worst} mm, was auch immer vorhergesagt wird (Konvention challenge2022); das senkt den mittleren DSC und hebt ASSD und HD95 im Mittel bei allen gleich. Mit evaluation.convention=medpy zählen dort DSC 1 und 0 mm, wo nichts vorhergesagt wird.</translation>
</message>
<message>
<source>In {absent} of {count} references, {name} is missing. There it is scored by DSC 1 and 0 mm where nothing is predicted either, and by DSC 0 and {worst} mm where anything is (convention medpy), so that the means hold cases that tell nothing of its outline.</source>
<translation>In {absent} von {count} Referenzen fehlt {name}. Dort zählen DSC 1 und 0 mm, wo auch nichts vorhergesagt wird, und DSC 0 und {worst} mm, wo etwas vorhergesagt wird (Konvention medpy); die Mittel enthalten also Fälle, die nichts über den Umriss sagen.</translation>
</message>
<message>
<source>Initial learning rate</source>
<translation>Anfängliche Lernrate</translation>
</message>
<message>
<source>Initial learning rate in each iteration from 1 on; 0: as segmentation.initial_learning_rate.</source>
<translation>Anfängliche Lernrate in jeder Runde ab 1; 0: wie segmentation.initial_learning_rate.</translation>
</message>
<message>
<source>Initial learning rate of Adam.</source>
<translation>Anfängliche Lernrate von Adam.</translation>
</message>
<message>
<source>Initial learning rate of the optimizer.</source>
<translation>Anfängliche Lernrate des Optimierers.</translation>
</message>
<message>
<source>Intensity percentile of a volume that becomes +1.</source>
<translation>Intensitätsperzentil eines Volumens, das zu +1 wird.</translation>
</message>
<message>
<source>Intensity percentile of a volume that becomes -1.</source>
<translation>Intensitätsperzentil eines Volumens, das zu -1 wird.</translation>
</message>
<message>
<source>Interrupted; results that are there already are whole.</source>
<translation>Unterbrochen; schon vorhandene Ergebnisse sind vollständig.</translation>
</message>
<message>
<source>Interrupted; run the same command to continue where it stopped.</source>
<translation>Unterbrochen; Fortsetzen macht dort weiter, wo es war.</translation>
</message>
<message>
<source>It has not adapted at all, so adapting has probably failed here.</source>
<translation>Es ist gar nicht angepasst worden; also ist das Anpassen hier wahrscheinlich gescheitert.</translation>
</message>
<message>
<source>It has not learned from translated scans, so translating does not seem to help here; these criteria tell that badly, so compare both.</source>
<translation>Es hat nicht von übersetzten Scans gelernt; also scheint das Übersetzen hier nicht zu helfen. Diese Kriterien sagen das aber schlecht: vergleichen Sie beide.</translation>
</message>
<message>
<source>It was ended while it was being submitted; run the same command again.</source>
<translation>Die Arbeit wurde beendet, während sie übergeben wurde; geben Sie denselben Befehl noch einmal.</translation>
</message>
<message>
<source>Iterations</source>
<translation>Runden</translation>
</message>
<message>
<source>Iterations per epoch</source>
<translation>Schritte je Epoche</translation>
</message>
<message>
<source>Kill job error</source>
<translation>Kill job error</translation>
</message>
<message>
<source>Labels</source>
<translation>Labels</translation>
</message>
<message>
<source>Largest component</source>
<translation>Größter Teil</translation>
</message>
<message>
<source>Last change</source>
<translation>Letzte Änderung</translation>
</message>
<message>
<source>Learning rate</source>
<translation>Lernrate</translation>
</message>
<message>
<source>Least expected dice</source>
<translation>Kleinster erwarteter Dice</translation>
</message>
<message>
<source>Least spacing (mm) along each axis that nnU-Net sees; larger is coarser, a patch shows more of the body. 0: as it plans.</source>
<translation>Kleinster Voxelabstand (mm) je Achse, den nnU-Net sieht; größer ist gröber, ein Ausschnitt zeigt mehr vom Körper. 0: wie es plant.</translation>
</message>
<message>
<source>Leave out target cases in which a structure's expected DSC, told by its own probabilities, is below this; 0 keeps all.</source>
<translation>Ziel-Fälle auslassen, in denen der erwartete DSC einer Struktur nach ihren eigenen Wahrscheinlichkeiten darunter liegt; 0 behält alle.</translation>
</message>
<message>
<source>Leave out target cases in whose pseudo-labels a structure is missing that nine in ten source label maps show.</source>
<translation>Ziel-Fälle auslassen, in deren Pseudo-Labels eine Struktur fehlt, die neun von zehn Labelkarten der Quelle zeigen.</translation>
</message>
<message>
<source>Leave out translated cases that fail the checks, instead of only reporting them.</source>
<translation>Übersetzte Fälle, die die Prüfungen nicht bestehen, auslassen statt sie nur zu melden.</translation>
</message>
<message>
<source>Length of the vectors that patches are compared by.</source>
<translation>Länge der Vektoren, mit denen Ausschnitte verglichen werden.</translation>
</message>
<message>
<source>Loading PyTorch and nnU-Net.</source>
<translation>PyTorch und nnU-Net werden geladen.</translation>
</message>
<message>
<source>Lower percentile</source>
<translation>Unteres Perzentil</translation>
</message>
<message>
<source>Lowest factor of that scaling; 0.5 halves the signal. Above 1 for a structure that is brighter in the target.</source>
<translation>Kleinster Faktor dieser Skalierung; 0.5 halbiert das Signal. Über 1 für eine Struktur, die im Ziel heller ist.</translation>
</message>
<message>
<source>Lowest fitting intensity, relative to the mean inside the pseudo-label.</source>
<translation>Kleinste passende Intensität, relativ zum Mittel im Pseudo-Label.</translation>
</message>
<message>
<source>Making sure that the scans are those that the experiment began with.</source>
<translation>Es wird geprüft, ob die Scans die sind, mit denen das Experiment begann.</translation>
</message>
<message>
<source>Mean DSC</source>
<translation>Mittlerer DSC</translation>
</message>
<message>
<source>Measure, after each training, what tells without labels whether its results can be trusted.</source>
<translation>Nach jedem Training messen, was ohne Labels verrät, ob seinen Ergebnissen zu trauen ist.</translation>
</message>
<message>
<source>Memory ran out before the work began: processes are limited to {limit} GB (ulimit -v, or a batch system's setting) and need {least_address_space} GB to load PyTorch and nnU-Net alone; raise the limit.</source>
<translation>Der Speicher ging aus, bevor die Arbeit begann: Prozesse sind auf {limit} GB begrenzt (ulimit -v oder die Einstellung eines Batch-Systems) und brauchen {least_address_space} GB allein zum Laden von PyTorch und nnU-Net; heben Sie die Grenze an.</translation>
</message>
<message>
<source>Memory ran out; close other programs, or run with --set helper_processes=0 and smaller batches.</source>
<translation>Der Speicher ging aus; schließen Sie andere Programme, und versuchen Sie es erneut.</translation>
</message>
<message>
<source>Merged values</source>
<translation>Zusammengelegte Werte</translation>
</message>
<message>
<source>Minutes that the whole experiment may take here: slices and epochs are chosen when it begins, for the scans and the computer; what is set by itself stays (in the panel, if it differs from the preset). 0: as the settings say.</source>
<translation>Minuten, die das ganze Experiment hier dauern darf: Schichten und Epochen werden zu Beginn für die Scans und den Rechner gewählt; was einzeln eingestellt ist, bleibt (im Panel, wenn es von der Voreinstellung abweicht). 0: wie eingestellt.</translation>
</message>
<message>
<source>Mirror every second batch before and its features after translation, as FastCUT does.</source>
<translation>Jeden zweiten Batch vor und seine Merkmale nach der Übersetzung spiegeln, wie FastCUT.</translation>
</message>
<message>
<source>Mirroring</source>
<translation>Spiegeln</translation>
</message>
<message>
<source>NAME:NUMBER,NAME:NUMBER with each name once, such as Tumour:0.5, or JSON, such as {{"Tumour, left": 0.5}}</source>
<translation>NAME:ZAHL,NAME:ZAHL mit jedem Namen einmal, etwa Tumour:0.5, oder JSON, etwa {{"Tumour, left": 0.5}}</translation>
</message>
<message>
<source>NAME:VALUE,NAME:VALUE with each name once and whole numbers, such as Tumour:1, or JSON, such as {{"Tumour, left": 1}}</source>
<translation>NAME:WERT,NAME:WERT mit jedem Namen einmal und ganzen Zahlen, etwa Tumour:1, oder JSON, etwa {{"Tumour, left": 1}}</translation>
</message>
<message>
<source>Name of the preset these settings started from.</source>
<translation>Name der Voreinstellung, von der diese Einstellungen ausgehen.</translation>
</message>
<message>
<source>No file in {predictions} belongs to one in {references} (for example {predicted} and {drawn}); name both after the case, as CASE_Label.nii.gz.</source>
<translation>Keine Datei in {predictions} gehört zu einer in {references} (zum Beispiel {predicted} und {drawn}); benennen Sie beide nach dem Fall, als FALL_Label.nii.gz.</translation>
</message>
<message>
<source>No label map of {name} holds a structure, so there is nothing to learn; check the source domain's label maps.</source>
<translation>Keine Labelkarte von {name} enthält eine Struktur, es gibt also nichts zu lernen; prüfen Sie die Labelkarten der Quelldomäne.</translation>
</message>
<message>
<source>No steady growth</source>
<translation>Kein stetiges Wachstum</translation>
</message>
<message>
<source>No structure is shown by {least_shown} of the source label maps, so nothing can be measured of the results without labels (evaluation.evidence).</source>
<translation>Keine Struktur ist in {least_shown} der Quell-Labelmaps zu sehen; deshalb lässt sich ohne Labels nichts über die Ergebnisse messen (evaluation.evidence).</translation>
</message>
<message>
<source>No tumour on {day}, but {limits} ml on {day2}: it is gone, or it was missed; look at the scan.</source>
<translation>Kein Tumor am {day}, aber {limits} ml am {day2}: Er ist weg oder wurde übersehen; sehen Sie sich den Scan an.</translation>
</message>
<message>
<source>No tumour on {day}, nor since {day2}.</source>
<translation>Kein Tumor am {day}, auch nicht seit {day2}.</translation>
</message>
<message>
<source>No volume is chosen; choose the scan to work on.</source>
<translation>Es ist kein Volumen gewählt; wählen Sie den Scan, mit dem gearbeitet wird.</translation>
</message>
<message>
<source>Node {number} ({host}) cannot take part: {trouble}</source>
<translation>Knoten {number} ({host}) kann nicht teilnehmen: {trouble}</translation>
</message>
<message>
<source>Node {number} ({host}) is lost ({why}); see what it said, then run the same command on all nodes to go on.</source>
<translation>Knoten {number} ({host}) ist verloren ({why}); sehen Sie nach, was er gemeldet hat, und geben Sie dann auf allen Knoten denselben Befehl, um fortzufahren.</translation>
</message>
<message>
<source>Node {number} ({host}) takes part with {devices}.</source>
<translation>Knoten {number} ({host}) nimmt mit {devices} teil.</translation>
</message>
<message>
<source>Node {number} is not one of {count}; start the command once on each node.</source>
<translation>Knoten {number} ist keiner von {count}; starten Sie den Befehl auf jedem Knoten einmal.</translation>
</message>
<message>
<source>Node {number} is there already; start the command once on each node.</source>
<translation>Knoten {number} ist schon da; starten Sie den Befehl auf jedem Knoten einmal.</translation>
</message>
<message>
<source>None of {labels} is known to be a tumour; name one, as --structure '{several}'.</source>
<translation>Von {labels} ist keine als Tumor bekannt; nennen Sie eine, etwa --structure „{several}“.</translation>
</message>
<message>
<source>Not considered, because nothing was measured of it: {count} of {count2}.</source>
<translation>Nicht berücksichtigt, weil nichts davon gemessen wurde: {count} von {count2}.</translation>
</message>
<message>
<source>Not counted, because they are not known of all: {some}.</source>
<translation>Nicht gezählt, weil sie nicht von allen bekannt sind: {some}.</translation>
</message>
<message>
<source>Not for clinical use.</source>
<translation>Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>Nothing could be measured; no recommendation.</source>
<translation>Es konnte nichts gemessen werden; keine Empfehlung.</translation>
</message>
<message>
<source>Nothing is named as {path}; check the pattern, and put it in quotes.</source>
<translation>Nichts heißt wie {path}; prüfen Sie das Muster, und setzen Sie es in Anführungszeichen.</translation>
</message>
<message>
<source>Nothing was measured of all of them that they could be compared by; no recommendation.</source>
<translation>Nichts wurde bei allen gemessen, woran sie sich vergleichen ließen; keine Empfehlung.</translation>
</message>
<message>
<source>One more structure</source>
<translation>One more structure</translation>
</message>
<message>
<source>One scan appears as several cases: {first_three}.</source>
<translation>Ein Scan kommt als mehrere Fälle vor: {first_three}.</translation>
</message>
<message>
<source>One scan: {limits} ml on {day}.</source>
<translation>Ein Scan: {limits} ml am {day}.</translation>
</message>
<message>
<source>Only {count} of {count2} nodes came within {seconds_to_come} minutes; start the same command on each of them, with a folder that all of them see.</source>
<translation>Nur {count} von {count2} Knoten sind innerhalb von {seconds_to_come} Minuten gekommen; starten Sie auf jedem denselben Befehl, mit einem Ordner, den alle sehen.</translation>
</message>
<message>
<source>Optimizer</source>
<translation>Optimierer</translation>
</message>
<message>
<source>Patches</source>
<translation>Ausschnitte</translation>
</message>
<message>
<source>Pool size</source>
<translation>Vorratsgröße</translation>
</message>
<message>
<source>Pooled epochs</source>
<translation>Weitere Netze</translation>
</message>
<message>
<source>Positions in each layer that are told from one another.</source>
<translation>Stellen in jeder Schicht, die voneinander unterschieden werden.</translation>
</message>
<message>
<source>Precision</source>
<translation>Genauigkeit</translation>
</message>
<message>
<source>Preset</source>
<translation>Voreinstellung</translation>
</message>
<message>
<source>Probability with which a training patch of a source case has a structure's signal scaled, each on its own.</source>
<translation>Wahrscheinlichkeit, mit der in einem Trainingsausschnitt eines Quell-Falls das Signal einer Struktur skaliert wird, jede für sich.</translation>
</message>
<message>
<source>Process {holder} could not be killed; end it as the user who started it.</source>
<translation>Prozess {holder} ließ sich nicht beenden; beenden Sie ihn als der Benutzer, der ihn gestartet hat.</translation>
</message>
<message>
<source>Process {numbers} was killed and has not ended; end it as the user who started it.</source>
<translation>Prozess {numbers} wurde abgebrochen und ist nicht zu Ende; beenden Sie ihn als der Benutzer, der ihn gestartet hat.</translation>
</message>
<message>
<source>Processes that help to prepare images; 0: none, -1: the program chooses.</source>
<translation>Prozesse, die beim Vorbereiten der Bilder helfen; 0: keine, -1: das Programm wählt.</translation>
</message>
<message>
<source>Projection features</source>
<translation>Merkmale (Projektion)</translation>
</message>
<message>
<source>Pseudo label weight</source>
<translation>Gewicht der Pseudo-Labels</translation>
</message>
<message>
<source>PyTorch cannot train on several GPUs here, as it comes without NCCL; choose one of them, such as {first}.</source>
<translation>PyTorch kann hier nicht auf mehreren GPUs trainieren, da ihm NCCL fehlt; wählen Sie eine davon, etwa {first}.</translation>
</message>
<message>
<source>PyTorch cannot train on several nodes' GPUs here, as it comes without NCCL; run with --device cpu.</source>
<translation>PyTorch kann hier nicht auf den GPUs mehrerer Knoten trainieren, denn es kommt ohne NCCL; starten Sie mit --device cpu.</translation>
</message>
<message>
<source>PyTorch sees the device {device} but cannot use it ({error}); install a PyTorch that fits it, or run with --device cpu.</source>
<translation>PyTorch sieht das Gerät {device}, kann es aber nicht nutzen ({error}); installieren Sie ein passendes PyTorch, oder wählen Sie den Prozessor als Gerät.</translation>
</message>
<message>
<source>Python on {name} is {version}; 3.11 to 3.13 is needed: name another there with `place add --python`.</source>
<translation>Python auf {name} ist {version}; gebraucht wird 3.11 bis 3.13: Nennen Sie mit `place add --python` dort ein anderes.</translation>
</message>
<message>
<source>Python there makes no environments ({last_line}); install python3-venv there, or name a Python that has the packages with `place add --python`.</source>
<translation>Python dort legt keine Umgebungen an ({last_line}); installieren Sie dort python3-venv, oder nennen Sie mit `place add --python` ein Python, das die Pakete hat.</translation>
</message>
<message>
<source>Reconstruction weight</source>
<translation>Gewicht, Rekonstruktion</translation>
</message>
<message>
<source>Refinement</source>
<translation>Verfeinerung</translation>
</message>
<message>
<source>Refinement brightest</source>
<translation>Hellste Intensität</translation>
</message>
<message>
<source>Refinement darkest</source>
<translation>Dunkelste Intensität</translation>
</message>
<message>
<source>Refinement entropy</source>
<translation>Entropie der Verfeinerung</translation>
</message>
<message>
<source>Residual blocks of the ResNet generator.</source>
<translation>Residualblöcke des ResNet-Generators.</translation>
</message>
<message>
<source>Residual blocks of the generator.</source>
<translation>Residualblöcke des Generators.</translation>
</message>
<message>
<source>Scaled copies</source>
<translation>Skalierte Kopien</translation>
</message>
<message>
<source>Scans used both for training (without labels) and for evaluation: {first_three}; scores on them do not tell how well unseen scans do.</source>
<translation>Scans, die sowohl zum Training (ohne Labels) als auch zur Auswertung dienen: {first_three}; ihre Bewertung sagt nichts über ungesehene Scans.</translation>
</message>
<message>
<source>Seed</source>
<translation>Startwert</translation>
</message>
<message>
<source>Seed of everything that is drawn at random.</source>
<translation>Startwert für alles, was zufällig gezogen wird.</translation>
</message>
<message>
<source>Segment '{name}' could not be added to segmentation '{name2}'; see Slicer's log.</source>
<translation>Segment „{name}“ ließ sich der Segmentierung „{name2}“ nicht hinzufügen; siehe Slicers Protokoll.</translation>
</message>
<message>
<source>Segmentation '{name}' could not be merged into one label map; check its segments in the module Segmentations.</source>
<translation>Segmentierung „{name}“ ließ sich nicht zu einer Labelkarte zusammenfassen; prüfen Sie ihre Segmente im Modul Segmentierungen.</translation>
</message>
<message>
<source>Segmentation '{name}' has no binary labelmap; create that representation in the module Segmentations.</source>
<translation>Segmentierung „{name}“ hat keine binäre Labelkarte; erzeugen Sie diese Darstellung im Modul Segmentierungen.</translation>
</message>
<message>
<source>Segmentation '{name}' has no reference geometry; choose its source volume in the module Segment Editor.</source>
<translation>Segmentierung „{name}“ hat keine Referenzgeometrie; wählen Sie ihr Quellvolumen im Modul Segment-Editor.</translation>
</message>
<message>
<source>Segmentation '{name}' has no segment '{name2}' (it has {there}); rename the segment.</source>
<translation>Segmentierung „{name}“ hat kein Segment „{name2}“ (sie hat {there}); benennen Sie das Segment um.</translation>
</message>
<message>
<source>Segmentation by CrossMoDAUDA, not for clinical use</source>
<translation>Segmentierung von CrossMoDAUDA, nicht für den klinischen Gebrauch</translation>
</message>
<message>
<source>Segmentation nodes and .seg.nrrd files need Slicer's MRML classes; run inside Slicer or install slicer-core.</source>
<translation>Segmentierungsknoten und .seg.nrrd-Dateien brauchen Slicers MRML-Klassen; führen Sie dies in Slicer aus, oder installieren Sie slicer-core.</translation>
</message>
<message>
<source>Segmentation weight</source>
<translation>Gewicht, Segmentierung</translation>
</message>
<message>
<source>Self-training iterations after iteration 0.</source>
<translation>Runden des Selbsttrainings nach Runde 0.</translation>
</message>
<message>
<source>Sending {wheel} ({number} of {count}).</source>
<translation>{wheel} wird gesendet ({number} von {count}).</translation>
</message>
<message>
<source>Several nodes train on CUDA GPUs or on CPUs, not on mps; run with --device cpu.</source>
<translation>Mehrere Knoten trainieren auf CUDA-GPUs oder auf CPUs, nicht auf mps; starten Sie mit --device cpu.</translation>
</message>
<message>
<source>Shrinking, halving</source>
<translation>Schrumpfend, Halbierung</translation>
</message>
<message>
<source>Since first</source>
<translation>Seit dem ersten</translation>
</message>
<message>
<source>Since previous</source>
<translation>Seit dem vorigen</translation>
</message>
<message>
<source>Single by labels</source>
<translation>Einzelne laut Labels</translation>
</message>
<message>
<source>Slicer's writer failed</source>
<translation>Slicer konnte nicht schreiben</translation>
</message>
<message>
<source>Slices of each domain in one step.</source>
<translation>Schichten jeder Domäne in einem Schritt.</translation>
</message>
<message>
<source>Slurm did not cancel what was asked ({words}); it may go on; cancel it there with `scancel {numbers}`, or ask the cluster's people.</source>
<translation>Slurm hat den Abbruch nicht ausgeführt ({words}); die Arbeit geht vielleicht weiter; brechen Sie sie dort mit `scancel {numbers}` ab, oder fragen Sie die Betreuer des Clusters.</translation>
</message>
<message>
<source>Slurm does not answer</source>
<translation>Slurm antwortet nicht</translation>
</message>
<message>
<source>Slurm does not answer ({last_line})</source>
<translation>Slurm antwortet nicht ({last_line})</translation>
</message>
<message>
<source>Slurm does not answer ({words} took more than {seconds} seconds)</source>
<translation>Slurm antwortet nicht ({words} hat länger als {seconds} Sekunden gebraucht)</translation>
</message>
<message>
<source>Slurm does not tell of its jobs there ({last_line}); what was begun goes on; ask the cluster's people.</source>
<translation>Slurm gibt dort keine Auskunft über seine Jobs ({last_line}); was begonnen wurde, läuft weiter; fragen Sie die Betreuer des Clusters.</translation>
</message>
<message>
<source>Slurm job {number} can never start: {never}</source>
<translation>Slurm-Job {number} kann nie beginnen: {never}</translation>
</message>
<message>
<source>Slurm job {number}: {why}</source>
<translation>Slurm-Job {number}: {why}</translation>
</message>
<message>
<source>Slurm job {seen} ({told}) was stopped and is queued again: {state}.</source>
<translation>Slurm-Job {seen} ({told}) wurde angehalten und wieder eingereiht: {state}.</translation>
</message>
<message>
<source>Slurm took no job: {many}.</source>
<translation>Slurm hat keinen Job angenommen: {many}.</translation>
</message>
<message>
<source>Slurm took no job: {never}; change what is asked for with `place add --overwrite`.</source>
<translation>Slurm hat keinen Job angenommen: {never}; ändern Sie mit `place add --overwrite`, was verlangt wird.</translation>
</message>
<message>
<source>Slurm took no job: {told} (its own words: {theirs}).</source>
<translation>Slurm hat keinen Job angenommen: {told} (im Wortlaut: {theirs}).</translation>
</message>
<message>
<source>Start each retraining from the weights of the iteration before.</source>
<translation>Jedes neue Training mit den Gewichten der Runde davor beginnen.</translation>
</message>
<message>
<source>Started on {name}.</source>
<translation>Auf {name} gestartet.</translation>
</message>
<message>
<source>Step of the sliding window as a share of the patch.</source>
<translation>Schritt des gleitenden Fensters als Anteil des Ausschnitts.</translation>
</message>
<message>
<source>Steps in an epoch; 0 is one pass over the domain with more slices.</source>
<translation>Schritte in einer Epoche; 0 ist ein Durchgang durch die Domäne mit mehr Schichten.</translation>
</message>
<message>
<source>Steps per epoch</source>
<translation>Schritte je Epoche</translation>
</message>
<message>
<source>Strided convolutions of the discriminator: 3 see patches of 70 x 70 pixels, 2 of 34 x 34, 1 of 16 x 16; 0: by the slice's size.</source>
<translation>Faltungen des Diskriminators mit Schrittweite: 3 sehen Ausschnitte von 70 x 70 Pixeln, 2 von 34 x 34, 1 von 16 x 16; 0: nach der Größe der Schicht.</translation>
</message>
<message>
<source>Structure scaling highest</source>
<translation>Skalierung höchstens</translation>
</message>
<message>
<source>Structure scaling lowest</source>
<translation>Skalierung mindestens</translation>
</message>
<message>
<source>Structure scaling probability</source>
<translation>Wahrscheinlichkeit der Skalierung</translation>
</message>
<message>
<source>Structures and factors; each adds a copy of every pseudo-target image with that structure's signal scaled.</source>
<translation>Strukturen und Faktoren; jeder ergänzt zu jedem Pseudo-Zielbild eine Kopie, in der das Signal der Struktur skaliert ist.</translation>
</message>
<message>
<source>Structures and their values in the label maps.</source>
<translation>Strukturen und ihre Werte in den Labelkarten.</translation>
</message>
<message>
<source>Structures brighter than what surrounds them in target images; 90 % of training patches have 1.2 to 4 times their signal.</source>
<translation>Strukturen, die in Zielbildern heller sind als ihre Umgebung; 90 % der Trainingsausschnitte haben das 1.2- bis 4-fache ihres Signals.</translation>
</message>
<message>
<source>Structures by CrossMoDAUDA, not for clinical use</source>
<translation>Strukturen von CrossMoDAUDA, nicht für den klinischen Gebrauch</translation>
</message>
<message>
<source>Structures darker than what surrounds them in target images; 90 % of training patches have their signal divided by 1.2 to 4.</source>
<translation>Strukturen, die in Zielbildern dunkler sind als ihre Umgebung; in 90 % der Trainingsausschnitte ist ihr Signal durch 1.2 bis 4 geteilt.</translation>
</message>
<message>
<source>Structures of which every prediction keeps only the largest connected component.</source>
<translation>Strukturen, von denen jede Vorhersage nur den größten zusammenhängenden Teil behält.</translation>
</message>
<message>
<source>Submitted to {name} as job {job}.</source>
<translation>Auf {name} eingereiht als Job {job}.</translation>
</message>
<message>
<source>Take parts out of pseudo-labels that are not as segmentation.bright_in_target and dark_in_target say.</source>
<translation>Aus Pseudo-Labels Teile entfernen, die nicht so sind, wie segmentation.bright_in_target und dark_in_target es sagen.</translation>
</message>
<message>
<source>Temperature</source>
<translation>Temperatur</translation>
</message>
<message>
<source>Temperature of the contrastive loss.</source>
<translation>Temperatur des kontrastiven Verlusts.</translation>
</message>
<message>
<source>The GPU ran out of memory; end other programs that use it, run on another with --device, or lower translation.batch_size or segmentation.memory_gb in a new experiment.</source>
<translation>Der Speicher der GPU ging aus; beenden Sie andere Programme, die sie nutzen, wählen Sie ein anderes Gerät, oder senken Sie in einem neuen Experiment translation.batch_size oder segmentation.memory_gb.</translation>
</message>
<message>
<source>The Python package '{name}' is missing; install nnU-Net (pip install nnunetv2).</source>
<translation>Das Python-Paket „{name}“ fehlt; installieren Sie nnU-Net im Abschnitt Python-Pakete.</translation>
</message>
<message>
<source>The Python package {packages} is missing; install the extension PyTorch with Slicer's Extensions Manager, open the module CrossMoDA UDA and press Install what is missing in its section Python packages.</source>
<translation>Das Python-Paket {packages} fehlt; installieren Sie die Erweiterung PyTorch mit Slicers Erweiterungsmanager, öffnen Sie das Modul CrossMoDA UDA, und drücken Sie in seinem Abschnitt Python-Pakete „Fehlendes installieren“.</translation>
</message>
<message>
<source>The Python package {packages} is missing; install with: {executable} -m pip install {packages2}</source>
<translation>Das Python-Paket {packages} fehlt; installieren mit: {executable} -m pip install {packages2}</translation>
</message>
<message>
<source>The Python package {packages} is missing; open the module CrossMoDA UDA and press Install what is missing in its section Python packages.</source>
<translation>Das Python-Paket {packages} fehlt; öffnen Sie das Modul CrossMoDA UDA, und drücken Sie in seinem Abschnitt Python-Pakete „Fehlendes installieren“.</translation>
</message>
<message>
<source>The Python package {package} {version} does not fit the others ({reason})</source>
<translation>Das Python-Paket {package} {version} passt nicht zu den anderen ({reason})</translation>
</message>
<message>
<source>The Python package {package}, which {owner} needs, is missing</source>
<translation>Das Python-Paket {package}, das {owner} braucht, fehlt</translation>
</message>
<message>
<source>The Python packages {packages} are missing; install the extension PyTorch with Slicer's Extensions Manager, open the module CrossMoDA UDA and press Install what is missing in its section Python packages.</source>
<translation>Die Python-Pakete {packages} fehlen; installieren Sie die Erweiterung PyTorch mit Slicers Erweiterungsmanager, öffnen Sie das Modul CrossMoDA UDA, und drücken Sie in seinem Abschnitt Python-Pakete „Fehlendes installieren“.</translation>
</message>
<message>
<source>The Python packages {packages} are missing; install with: {executable} -m pip install {packages2}</source>
<translation>Die Python-Pakete {packages} fehlen; installieren mit: {executable} -m pip install {packages2}</translation>
</message>
<message>
<source>The Python packages {packages} are missing; open the module CrossMoDA UDA and press Install what is missing in its section Python packages.</source>
<translation>Die Python-Pakete {packages} fehlen; öffnen Sie das Modul CrossMoDA UDA, und drücken Sie in seinem Abschnitt Python-Pakete „Fehlendes installieren“.</translation>
</message>
<message>
<source>The `segment --on` that works for {folder} has not left it in {seconds_to_stop} seconds; let it go on if it is paused, or end it. What it has elsewhere goes on; `stop --force` ends that all the same.</source>
<translation>Das `segment --on`, das für {folder} arbeitet, hat sich in {seconds_to_stop} Sekunden nicht beendet; lassen Sie es weiterlaufen, wenn es angehalten ist, oder beenden Sie es. Was es anderswo begonnen hat, geht weiter; `stop --force` beendet das trotzdem.</translation>
</message>
<message>
<source>The `segment --on` that works for {folder} has not left it; what it has elsewhere is ended all the same.</source>
<translation>Das `segment --on`, das für {folder} arbeitet, hat sich nicht beendet; was es anderswo begonnen hat, wird trotzdem beendet.</translation>
</message>
<message>
<source>The command is empty, as where a variable of the shell is not set; write what is meant (the current folder is .).</source>
<translation>Der Befehl ist leer, wie bei einer Variable der Shell, die nicht gesetzt ist; schreiben Sie, was gemeint ist (der aktuelle Ordner ist .).</translation>
</message>
<message>
<source>The connection to {name} broke off in mid-answer; try again.</source>
<translation>Die Verbindung zu {name} riss mitten in der Antwort ab; versuchen Sie es noch einmal.</translation>
</message>
<message>
<source>The connection to {name} broke off while files were copied ({last_line}).</source>
<translation>Die Verbindung zu {name} riss beim Kopieren ab ({last_line}).</translation>
</message>
<message>
<source>The device '{text}' names a GPU twice; name each once, such as cuda:0,1.</source>
<translation>Das Gerät „{text}“ nennt eine GPU zweimal; nennen Sie jede einmal, etwa cuda:0,1.</translation>
</message>
<message>
<source>The disk is full (writing {place}); free some space, then go on (the same command, or Resume in the panel).</source>
<translation>Die Platte ist voll (beim Schreiben von {place}); schaffen Sie Platz, und machen Sie dann mit Fortsetzen weiter.</translation>
</message>
<message>
<source>The disk is full; free some space, then go on (the same command, or Resume in the panel).</source>
<translation>Die Platte ist voll; schaffen Sie Platz, und machen Sie dann mit Fortsetzen weiter.</translation>
</message>
<message>
<source>The disk with {here} is full (or your share of it is used up); make room, then run the same command again.</source>
<translation>Die Platte mit {here} ist voll (oder der eigene Anteil daran ist aufgebraucht); schaffen Sie Platz, und machen Sie dann mit Fortsetzen weiter.</translation>
</message>
<message>
<source>The extrameatal diameter cannot be told from a single tumour label; it needs labels for the parts inside and outside the internal auditory canal, as crossMoDA 2023 has them.</source>
<translation>Der extrameatale Durchmesser ist aus einem einzigen Tumor-Label nicht zu bestimmen; dafür braucht es Labels für die Anteile innerhalb und außerhalb des inneren Gehörgangs, wie crossMoDA 2023 sie hat.</translation>
</message>
<message>
<source>The label map holds the value {value}, which no structure has ({known}); check the labels setting.</source>
<translation>Die Labelkarte enthält den Wert {value}, den keine Struktur hat ({known}); prüfen Sie die Einstellung Labels.</translation>
</message>
<message>
<source>The label map is not on the grid of {parent}; segment the scan again.</source>
<translation>Die Labelkarte liegt nicht auf dem Gitter von {parent}; segmentieren Sie den Scan noch einmal.</translation>
</message>
<message>
<source>The model in {folder} is incomplete: {name} is missing; copy the whole folder again.</source>
<translation>Das Modell in {folder} ist unvollständig: {name} fehlt; kopieren Sie den ganzen Ordner erneut.</translation>
</message>
<message>
<source>The only label map of the {domain} domain is empty: no voxel belongs to a structure in {label}; give the right label map, or export it again.</source>
<translation>Die einzige Labelkarte der Domäne {domain} ist leer: In {label} gehört kein Voxel zu einer Struktur; geben Sie die richtige Labelkarte an oder exportieren Sie sie neu.</translation>
</message>
<message>
<source>The packages for {name} could not be downloaded here ({failed}).</source>
<translation>Die Pakete für {name} konnten hier nicht heruntergeladen werden ({failed}).</translation>
</message>
<message>
<source>The prediction of {case}</source>
<translation>Die Vorhersage zu {case}</translation>
</message>
<message>
<source>The reference of {case}</source>
<translation>Die Referenz zu {case}</translation>
</message>
<message>
<source>The same holds for {listed}.</source>
<translation>Dasselbe gilt für {listed}.</translation>
</message>
<message>
<source>The scan is blank: every voxel is {low}; export or load it again.</source>
<translation>Der Scan ist leer: Jeder Voxel ist {low}; exportieren oder laden Sie ihn erneut.</translation>
</message>
<message>
<source>The scan of {folder} is done. What was begun on {place} is fetched from there by the same command, and `stop {folder}` ends it.</source>
<translation>Der Scan von {folder} ist fertig. Was auf {place} begonnen wurde, holt derselbe Befehl von dort, und `stop {folder}` beendet es.</translation>
</message>
<message>
<source>The scan of {folder} is not done yet. What was begun on {place} is fetched from there by the same command, and `stop {folder}` ends it.</source>
<translation>Der Scan von {folder} ist noch nicht fertig. Was auf {place} begonnen wurde, holt derselbe Befehl von dort, und `stop {folder}` beendet es.</translation>
</message>
<message>
<source>The scan would have {voxels} voxels of the {size} mm that the model works with; check its voxel size or crop it.</source>
<translation>Der Scan hätte {voxels} Voxel von {size} mm, mit denen das Modell arbeitet; prüfen Sie seine Voxelgröße, oder schneiden Sie ihn zu.</translation>
</message>
<message>
<source>The scans are of different kinds ({modalities}), which by itself changes what is measured.</source>
<translation>Die Scans sind verschiedener Art ({modalities}); schon das ändert, was gemessen wird.</translation>
</message>
<message>
<source>The scans named *_{suffix} are of {count} kinds, and all are taken: {items}, ...; for one kind give {option} {example}.</source>
<translation>Die Scans namens *_{suffix} sind von {count} Arten, und alle werden genommen: {items}, ...; für eine Art geben Sie {option} {example} an.</translation>
</message>
<message>
<source>The scans named *_{suffix} are of {count} kinds, and all are taken: {items}; for one kind give {option} {example}.</source>
<translation>Die Scans namens *_{suffix} sind von {count} Arten, und alle werden genommen: {items}; für eine Art geben Sie {option} {example} an.</translation>
</message>
<message>
<source>The segmenter is not sure of any of the pseudo-labels that are complete (self_training.least_expected_dice={least}): none is left out for that. Look at them.</source>
<translation>Das Segmentierungsnetz ist sich keines der vollständigen Pseudo-Labels sicher (self_training.least_expected_dice={least}): Deswegen wird keines ausgelassen. Bitte ansehen.</translation>
</message>
<message>
<source>The settings are not a JSON object; restore the file or start in a new folder.</source>
<translation>Die Einstellungen sind kein JSON-Objekt; stellen Sie die Datei wieder her, oder beginnen Sie in einem neuen Ordner.</translation>
</message>
<message>
<source>The shell on {name} prints something at login ('{noise}'), which spoils every copy; ~/.bashrc and its like there must be silent for programs.</source>
<translation>Die Shell auf {name} gibt beim Anmelden etwas aus („{noise}“), was jede Übertragung verdirbt; ~/.bashrc und dergleichen dort müssen für Programme stumm sein.</translation>
</message>
<message>
<source>The slices of {path} do not lie straight above one another (tilted by {angle} degrees, as with a tilted gantry): they were resampled to a regular grid, on which label maps and translations of it lie; results as DICOM lie on the slices.</source>
<translation>Die Schichten von {path} liegen nicht gerade übereinander (um {angle} Grad geneigt, wie bei geneigter Gantry): Sie wurden auf ein regelmäßiges Gitter umgerechnet, auf dem Labelkarten und Übersetzungen davon liegen; Ergebnisse als DICOM liegen auf den Schichten.</translation>
</message>
<message>
<source>The slices of {path} lie up to {jitter} mm beside their places, {distance} mm apart.</source>
<translation>Die Schichten von {path}, im Abstand von {distance} mm, liegen bis zu {jitter} mm neben ihren Plätzen.</translation>
</message>
<message>
<source>The training's process for {devices} died (exit status {exitcode}), most likely because memory ran out; end other programs, or run again on fewer devices with --device.</source>
<translation>Der Trainingsprozess für {devices} brach ab (Status {exitcode}), wahrscheinlich weil der Speicher ausging; beenden Sie andere Programme, oder wählen Sie weniger Geräte.</translation>
</message>
<message>
<source>The training's process for {devices} died (signal {value}), most likely because memory ran out; end other programs, or run again on fewer devices with --device.</source>
<translation>Der Trainingsprozess für {devices} brach ab (Signal {value}), wahrscheinlich weil der Speicher ausging; beenden Sie andere Programme, oder wählen Sie weniger Geräte.</translation>
</message>
<message>
<source>The translated {case} fails a check: {told}. A new experiment with translation.drop_failed=true leaves such cases out.</source>
<translation>Die Übersetzung von {case} besteht eine Prüfung nicht: {told}. Ein neues Experiment mit translation.drop_failed=true lässt solche Fälle aus.</translation>
</message>
<message>
<source>The translated {case} fails a check: {told}. It is left out.</source>
<translation>Die Übersetzung von {case} besteht eine Prüfung nicht: {told}. Sie wird ausgelassen.</translation>
</message>
<message>
<source>The translator gives values that are not finite numbers; its training has failed, train it again.</source>
<translation>Der Translator liefert Werte, die keine endlichen Zahlen sind; sein Training ist misslungen, trainieren Sie ihn neu.</translation>
</message>
<message>
<source>The translator's training began in bf16 on {get} ({record}), in which Apple's GPU does not compute; go on with --device cpu or on the machine it began on, or start a new experiment.</source>
<translation>Das Training der Bildübersetzung begann in bf16 auf {get} ({record}), womit Apples GPU nicht rechnet; machen Sie mit dem Prozessor oder auf dem Rechner weiter, auf dem es begann, oder beginnen Sie ein neues Experiment.</translation>
</message>
<message>
<source>The tumour lies on the left in one scan and on the right in another: check whose scans these are, and which is left.</source>
<translation>Der Tumor liegt in einem Scan links und in einem anderen rechts: Prüfen Sie, von wem die Scans sind und wo links ist.</translation>
</message>
<message>
<source>The voxel sizes differ (along {name} from {min} to {max} mm), which by itself changes diameters.</source>
<translation>Die Voxelgrößen unterscheiden sich (entlang {name} von {min} bis {max} mm); schon das ändert Durchmesser.</translation>
</message>
<message>
<source>The work goes on on {name}: `run -o {folder}` follows it again, `stop {folder}` ends it.</source>
<translation>Die Arbeit auf {name} geht weiter: `run -o {folder}` verfolgt sie wieder, `stop {folder}` beendet sie.</translation>
</message>
<message>
<source>The work goes on on {place}: the same command follows it again, `stop {output}` ends it.</source>
<translation>Die Arbeit auf {place} geht weiter: derselbe Befehl verfolgt sie wieder, `stop {output}` beendet sie.</translation>
</message>
<message>
<source>The work on {place} has not ended in {seconds_to_stop} seconds; wait, and give `stop {folder}` again.</source>
<translation>Die Arbeit auf {place} ist nach {seconds_to_stop} Sekunden noch nicht zu Ende; warten Sie, und geben Sie `stop {folder}` noch einmal.</translation>
</message>
<message>
<source>The worker on {name} ended without a word (killed, or {name} went down); the same command goes on</source>
<translation>Das Training auf {name} endete ohne ein Wort (abgebrochen, oder {name} fiel aus); Fortsetzen macht weiter</translation>
</message>
<message>
<source>The worker on {name} has not stopped yet and does so after its current training step; wait, or kill it with --force.</source>
<translation>Das Training auf {name} hat noch nicht angehalten; es tut das nach seinem laufenden Trainingsschritt; warten Sie, oder brechen Sie es mit --force ab.</translation>
</message>
<message>
<source>The worker there ended without a word.</source>
<translation>Das Training dort endete ohne ein Wort.</translation>
</message>
<message>
<source>The {domain} case '{id}' has {count} images: {first_three}; give them names that differ by more than capitals and Unicode forms, as for Windows and macOS they are one.</source>
<translation>Der Fall „{id}“ ({domain}) hat {count} Bilder: {first_three}; geben Sie ihnen Namen, die sich durch mehr als Großbuchstaben und Unicode-Formen unterscheiden, denn für Windows und macOS sind sie einer.</translation>
</message>
<message>
<source>The {domain} case '{id}' has {count} images: {first_three}; keep one of them.</source>
<translation>Der Fall „{id}“ ({domain}) hat {count} Bilder: {first_three}; behalten Sie eines davon.</translation>
</message>
<message>
<source>The {domain} case '{id}' has {count} label maps: {first_three}; give them names that differ by more than capitals and Unicode forms, as for Windows and macOS they are one.</source>
<translation>Der Fall „{id}“ ({domain}) hat {count} Labelkarten: {first_three}; geben Sie ihnen Namen, die sich durch mehr als Großbuchstaben und Unicode-Formen unterscheiden, denn für Windows und macOS sind sie einer.</translation>
</message>
<message>
<source>The {domain} case '{id}' has {count} label maps: {first_three}; keep one of them.</source>
<translation>Der Fall „{id}“ ({domain}) hat {count} Labelkarten: {first_three}; behalten Sie eine davon.</translation>
</message>
<message>
<source>The {domain} domain has no cases; add {text}.</source>
<translation>Die Domäne {domain} hat keine Fälle; fügen Sie {text} hinzu.</translation>
</message>
<message>
<source>There are no scans to cut into slices for {name}; name at least one scan of each domain.</source>
<translation>Es gibt keine Scans, die sich für {name} in Schichten zerlegen lassen; geben Sie mindestens einen Scan jeder Domäne an.</translation>
</message>
<message>
<source>There is a place '{name}' already; choose another name, or replace it with --overwrite.</source>
<translation>Einen Rechner „{name}“ gibt es schon; wählen Sie einen anderen Namen, oder ersetzen Sie ihn mit --overwrite.</translation>
</message>
<message>
<source>There is a single scan: with a second one, change and growth are told.</source>
<translation>Es gibt nur einen Scan: Mit einem zweiten werden Änderung und Wachstum angegeben.</translation>
</message>
<message>
<source>There is no device '{text}'; use auto, cuda, cuda:N (as cuda:0), several as cuda:0,1, mps or cpu.</source>
<translation>Ein Gerät „{text}“ gibt es nicht; geben Sie auto, cuda, cuda:N (wie cuda:0), mehrere als cuda:0,1, mps oder cpu an.</translation>
</message>
<message>
<source>There is no image translator '{name}'; choose one of {translators}.</source>
<translation>Einen Bildübersetzer „{name}“ gibt es nicht; wählen Sie einen von {translators}.</translation>
</message>
<message>
<source>There is no imported model '{name}'; none has been imported.</source>
<translation>Ein importiertes Modell „{name}“ gibt es nicht; es wurde keines importiert.</translation>
</message>
<message>
<source>There is no imported model '{name}'; there are {names}.</source>
<translation>Ein importiertes Modell „{name}“ gibt es nicht; es gibt {names}.</translation>
</message>
<message>
<source>There is no preset '{name}'; {nearest_of}.</source>
<translation>Eine Voreinstellung „{name}“ gibt es nicht; {nearest_of}.</translation>
</message>
<message>
<source>There is no program '{command}' on this computer; install OpenSSH's client.</source>
<translation>Auf diesem Rechner gibt es kein Programm „{command}“; installieren Sie das Programm ssh von OpenSSH.</translation>
</message>
<message>
<source>There is no scoring convention '{convention}'; choose one of {conventions}.</source>
<translation>Eine Bewertungskonvention „{convention}“ gibt es nicht; wählen Sie eine von {conventions}.</translation>
</message>
<message>
<source>There is no setting '{key}'; {nearest_of}.</source>
<translation>Eine Einstellung „{key}“ gibt es nicht; {nearest_of}.</translation>
</message>
<message>
<source>There is no stage '{name}' for --only; there are {there_are}.</source>
<translation>Es gibt keinen Schritt „{name}“ für --only; es gibt {there_are}.</translation>
</message>
<message>
<source>This machine has no device {wanted} that PyTorch can use; choose auto or one of: {there}.</source>
<translation>Dieser Rechner hat kein Gerät {wanted}, das PyTorch nutzen kann; auto oder eines von diesen wählen: {there}.</translation>
</message>
<message>
<source>Tile step</source>
<translation>Kachelschritt</translation>
</message>
<message>
<source>Took over from {name}: {listed}.</source>
<translation>Von {name} übernommen: {listed}.</translation>
</message>
<message>
<source>Trained on target scans with their real labels: this is no adaptation, but the ceiling of what adapting without them can reach.</source>
<translation>Auf Ziel-Scans mit ihren echten Labels trainiert: Das ist keine Adaption, sondern die Obergrenze dessen, was Adaption ohne sie erreichen kann.</translation>
</message>
<message>
<source>Trainer</source>
<translation>Trainer</translation>
</message>
<message>
<source>Training of the translator diverged in epoch {epoch} (a loss is not finite); lower translation.learning_rate and start a new experiment.</source>
<translation>Das Training der Bildübersetzung divergierte in Epoche {epoch} (ein Verlust ist nicht endlich); senken Sie translation.learning_rate, und beginnen Sie ein neues Experiment.</translation>
</message>
<message>
<source>Training steps in an epoch.</source>
<translation>Trainingsschritte in einer Epoche.</translation>
</message>
<message>
<source>Training the segmenter in {precision} on the CPU.</source>
<translation>Das Segmentierungsnetz wird in {precision} auf der CPU trainiert.</translation>
</message>
<message>
<source>Training the translator in {arithmetic} on the CPU.</source>
<translation>Die Bildübersetzung wird in {arithmetic} auf der CPU trainiert.</translation>
</message>
<message>
<source>Training the translator in {arithmetic} on {devices}.</source>
<translation>Die Bildübersetzung wird in {arithmetic} auf {devices} trainiert.</translation>
</message>
<message>
<source>Translated slices kept to show the discriminators older ones; 0 is none.</source>
<translation>Aufbewahrte übersetzte Schichten, um den Diskriminatoren ältere zu zeigen; 0 ist keine.</translation>
</message>
<message>
<source>Translator</source>
<translation>Bildübersetzer</translation>
</message>
<message>
<source>Unexpected {name}: {one_line}; please report it with {log}.</source>
<translation>Unerwarteter Fehler {name}: {one_line}; bitte melden Sie ihn mit {log}.</translation>
</message>
<message>
<source>Unexpected {name}: {one_line}; please report it.</source>
<translation>Unerwarteter Fehler {name}: {one_line}; bitte melden Sie ihn.</translation>
</message>
<message>
<source>Until {shown}, as the last scan shows no tumour: {growth_sentence}</source>
<translation>Bis {shown}, da der letzte Scan keinen Tumor zeigt: {growth_sentence}</translation>
</message>
<message>
<source>Upper percentile</source>
<translation>Oberes Perzentil</translation>
</message>
<message>
<source>VTK's writer failed</source>
<translation>VTK konnte nicht schreiben</translation>
</message>
<message>
<source>Validation iterations per epoch</source>
<translation>Validierungsschritte je Epoche</translation>
</message>
<message>
<source>Validation steps in an epoch.</source>
<translation>Validierungsschritte in einer Epoche.</translation>
</message>
<message>
<source>Volume '{name}' has no image data; load it again or choose another volume.</source>
<translation>Volumen „{name}“ hat keine Bilddaten; laden Sie es erneut, oder wählen Sie ein anderes Volumen.</translation>
</message>
<message>
<source>Volume '{name}' has skewed axes; resample it to a regular grid first (module Resample Scalar/Vector/DWI Volume).</source>
<translation>Volumen „{name}“ hat schiefe Achsen; zuerst auf ein regelmäßiges Gitter umrechnen (Modul Resample Scalar/Vector/DWI Volume).</translation>
</message>
<message>
<source>Volume '{name}' has {numberofcomponents} values a voxel; expected a scalar volume.</source>
<translation>Volumen „{name}“ hat {numberofcomponents} Werte je Voxel; erwartet wird ein skalares Volumen.</translation>
</message>
<message>
<source>Volume '{name}' holds voxels that are not finite numbers; replace them, for example by 0.</source>
<translation>Volumen „{name}“ enthält Voxel, die keine endlichen Zahlen sind; ersetzen Sie diese, zum Beispiel durch 0.</translation>
</message>
<message>
<source>Volume '{name}' is a single slice; expected a 3-D scan.</source>
<translation>Volumen „{name}“ ist eine einzelne Schicht; erwartet wird ein 3-D-Scan.</translation>
</message>
<message>
<source>Volume '{name}' is both input and output; choose another output volume.</source>
<translation>Volumen „{name}“ ist Eingabe und Ausgabe zugleich; wählen Sie ein anderes Ausgabevolumen.</translation>
</message>
<message>
<source>Volume '{name}' is not on the grid of its label map ({differences}); segment the volume again as it is now.</source>
<translation>Volumen „{name}“ liegt nicht auf dem Gitter seiner Labelkarte ({differences}); segmentieren Sie das Volumen, wie es jetzt ist, erneut.</translation>
</message>
<message>
<source>Volume '{name}' is under the non-linear transform '{name2}'; harden the transform or take it off first.</source>
<translation>Volumen „{name}“ steht unter der nichtlinearen Transformation „{name2}“; härten Sie die Transformation zuerst, oder nehmen Sie sie ab.</translation>
</message>
<message>
<source>Volume (ml)</source>
<translation>Volumen (ml)</translation>
</message>
<message>
<source>Waiting for the other node.</source>
<translation>Auf den anderen Knoten wird gewartet.</translation>
</message>
<message>
<source>Waiting for the other {count} nodes.</source>
<translation>Auf die anderen {count} Knoten wird gewartet.</translation>
</message>
<message>
<source>Warm start</source>
<translation>Warmstart</translation>
</message>
<message>
<source>Weight decay</source>
<translation>Gewichtsabnahme</translation>
</message>
<message>
<source>Weight of the adversarial loss.</source>
<translation>Gewicht des adversarialen Verlusts.</translation>
</message>
<message>
<source>Weight of the class-weighted cross-entropy beside 1 - DSC in a segmentation loss; 0 is as in COSMOS.</source>
<translation>Gewicht der klassengewichteten Kreuzentropie neben 1 - DSC in einem Segmentierungsverlust; 0 ist wie in COSMOS.</translation>
</message>
<message>
<source>Weight of the contrastive loss; FastCUT's is 10.</source>
<translation>Gewicht des kontrastiven Verlusts; bei FastCUT 10.</translation>
</message>
<message>
<source>Weight of the cycle consistency loss.</source>
<translation>Gewicht des Verlusts der Zyklenkonsistenz.</translation>
</message>
<message>
<source>Weight of the edge loss between a source slice and its translation (L1 between Sobel magnitudes).</source>
<translation>Gewicht des Kantenverlusts zwischen einer Quell-Schicht und ihrer Übersetzung (L1 zwischen Sobel-Beträgen).</translation>
</message>
<message>
<source>Weight of the generators' adversarial loss.</source>
<translation>Gewicht des adversarialen Verlusts der Generatoren.</translation>
</message>
<message>
<source>Weight of the identity loss.</source>
<translation>Gewicht des Identitätsverlusts.</translation>
</message>
<message>
<source>Weight of the loss of slices that are encoded and decoded in their own domain.</source>
<translation>Gewicht des Verlusts von Schichten, die in ihrer eigenen Domäne kodiert und dekodiert werden.</translation>
</message>
<message>
<source>Weight of the segmentation losses.</source>
<translation>Gewicht der Segmentierungsverluste.</translation>
</message>
<message>
<source>Weight, within the adversarial losses, of the scores of whole slices: the attention's and the global head's; 0: there are none.</source>
<translation>Gewicht, innerhalb der adversarialen Verluste, der Bewertungen ganzer Schichten: der der Aufmerksamkeit und der des globalen Kopfes; 0: keine.</translation>
</message>
<message>
<source>What follows {option} is empty, as where a variable of the shell is not set; write what is meant (the current folder is .).</source>
<translation>Was auf {option} folgt, ist leer, wie bei einer Variable der Shell, die nicht gesetzt ist; schreiben Sie, was gemeint ist (der aktuelle Ordner ist .).</translation>
</message>
<message>
<source>What is set needs about {needed} on this computer, more than budget_minutes={budget}. What would help: {helps}.</source>
<translation>Was eingestellt ist, braucht auf diesem Rechner etwa {needed}, mehr als budget_minutes={budget}. Was helfen würde: {helps}.</translation>
</message>
<message>
<source>What was begun on {place} stays there as it is, and the same command goes on with it.</source>
<translation>Was auf {place} begonnen wurde, bleibt dort, wie es ist, und derselbe Befehl macht damit weiter.</translation>
</message>
<message>
<source>Where largest_component names none, take what all of ten or more source label maps show in one piece; not tumours.</source>
<translation>Wo largest_component nichts nennt, das nehmen, was alle von zehn oder mehr Label-Karten der Quelle in einem Stück zeigen; keine Tumoren.</translation>
</message>
<message>
<source>Where networks run: auto, cuda, cuda:N, mps, cpu, or cuda:N,M,... to train on several.</source>
<translation>Wo Netze rechnen: auto, cuda, cuda:N, mps, cpu oder cuda:N,M,..., um auf mehreren zu trainieren.</translation>
</message>
<message>
<source>Whether it grows is unclear</source>
<translation>Ob er wächst, ist unklar</translation>
</message>
<message>
<source>Whether torch.compile speeds up the networks; auto: on a GPU.</source>
<translation>Ob torch.compile die Netze beschleunigt; auto: auf einer GPU.</translation>
</message>
<message>
<source>Which place to believe where a NIfTI header gives two that disagree; auto: as Slicer does, but none that is nonsense or skewed.</source>
<translation>Welcher Lage zu glauben ist, wenn ein NIfTI-Header zwei widersprüchliche angibt; auto: wie Slicer, aber keiner, die unsinnig oder schief ist.</translation>
</message>
<message>
<source>Whole slices are resized to this many pixels along both sides.</source>
<translation>Ganze Schichten werden auf so viele Pixel je Seite gebracht.</translation>
</message>
<message>
<source>Wrote {path}. On {name}, `cd {quote} &amp;&amp; sbatch {script}` submits it; `run -o {folder}` then follows it.</source>
<translation>{path} geschrieben. Auf {name} reiht `cd {quote} &amp;&amp; sbatch {script}` es ein; `run -o {folder}` verfolgt es dann.</translation>
</message>
<message>
<source>Yet another structure</source>
<translation>Yet another structure</translation>
</message>
<message>
<source>`place check` lists the partitions there, and `place add --overwrite` names another</source>
<translation>`place check` nennt die Partitionen dort, und `place add --overwrite` wählt eine andere</translation>
</message>
<message>
<source>`run -o {folder}` goes on</source>
<translation>Fortsetzen im Abschnitt Anpassen ({folder})</translation>
</message>
<message>
<source>`scontrol update JobId={number} Partition=...` there moves it to another partition, and `sinfo` there lists them</source>
<translation>`scontrol update JobId={number} Partition=...` dort verlegt ihn in eine andere Partition, und `sinfo` dort nennt sie</translation>
</message>
<message>
<source>a GIF picture</source>
<translation>ein GIF-Bild</translation>
</message>
<message>
<source>a GPU, here or on another computer</source>
<translation>eine GPU, hier oder auf einem anderen Rechner</translation>
</message>
<message>
<source>a JPEG picture</source>
<translation>ein JPEG-Bild</translation>
</message>
<message>
<source>a MATLAB file</source>
<translation>eine MATLAB-Datei</translation>
</message>
<message>
<source>a NumPy file, which does not say where the voxels lie</source>
<translation>eine NumPy-Datei, die nicht sagt, wo die Voxel liegen</translation>
</message>
<message>
<source>a PDF document</source>
<translation>ein PDF-Dokument</translation>
</message>
<message>
<source>a PNG picture</source>
<translation>ein PNG-Bild</translation>
</message>
<message>
<source>a RAR archive</source>
<translation>ein RAR-Archiv</translation>
</message>
<message>
<source>a TIFF picture</source>
<translation>ein TIFF-Bild</translation>
</message>
<message>
<source>a batch of {batch} slices is shared evenly</source>
<translation>ein Batch von {batch} Schichten wird gleichmäßig geteilt</translation>
</message>
<message>
<source>a damaged quaternion</source>
<translation>ein beschädigtes Quaternion</translation>
</message>
<message>
<source>a file of MINC 1</source>
<translation>eine Datei von MINC 1</translation>
</message>
<message>
<source>a file of VTK</source>
<translation>eine Datei von VTK</translation>
</message>
<message>
<source>a folder with a scan's name; unpack it or give it another name</source>
<translation>ein Ordner mit dem Namen eines Scans; entpacken Sie ihn, oder benennen Sie ihn um</translation>
</message>
<message>
<source>a folder without scans; give it alone to be told why</source>
<translation>ein Ordner ohne Scans; geben Sie ihn allein an, um zu erfahren, warum</translation>
</message>
<message>
<source>a folder, which is not looked into; give it too, or a pattern</source>
<translation>ein Ordner, in den nicht geschaut wird; geben Sie auch ihn an, oder ein Muster</translation>
</message>
<message>
<source>a frame without a place</source>
<translation>ein Einzelbild ohne Lage</translation>
</message>
<message>
<source>a further channel of another scan by its name; name the file itself, or a pattern, to use it</source>
<translation>dem Namen nach ein weiterer Kanal eines anderen Scans; geben Sie die Datei selbst oder ein Muster an, um sie zu verwenden</translation>
</message>
<message>
<source>a further channel of another scan, by its name</source>
<translation>dem Namen nach ein weiterer Kanal eines anderen Scans</translation>
</message>
<message>
<source>a label map by its name; name the file itself if it is a scan</source>
<translation>dem Namen nach eine Labelkarte; geben Sie die Datei selbst an, wenn sie ein Scan ist</translation>
</message>
<message>
<source>a label map in a folder of images</source>
<translation>eine Labelkarte in einem Ordner von Bildern</translation>
</message>
<message>
<source>a label map that belongs to none of the scans, or to several</source>
<translation>eine Labelkarte, die zu keinem der Scans gehört oder zu mehreren</translation>
</message>
<message>
<source>a label map without an image</source>
<translation>eine Labelkarte ohne Bild</translation>
</message>
<message>
<source>a list NAME,NAME, or JSON, such as ["Tumour, left"]</source>
<translation>eine Liste NAME,NAME oder JSON, etwa ["Tumour, left"]</translation>
</message>
<message>
<source>a mask of a whole head or brain by its name (if it is meant, give its folder as that of the labels)</source>
<translation>dem Namen nach eine Maske des ganzen Kopfes oder Gehirns (wenn sie gemeint ist, geben Sie ihren Ordner als den der Labelkarten an)</translation>
</message>
<message>
<source>a node that is asked for is down or drained or reserved; leave --nodelist out</source>
<translation>ein verlangter Knoten ist ausgefallen, gesperrt oder reserviert; lassen Sie --nodelist weg</translation>
</message>
<message>
<source>a number of thousands of digits</source>
<translation>eine Zahl mit Tausenden von Stellen</translation>
</message>
<message>
<source>a packed file of DICOM; unpack all files of its series, and give their folder</source>
<translation>eine gepackte DICOM-Datei; entpacken Sie alle Dateien der Serie, und geben Sie deren Ordner an</translation>
</message>
<message>
<source>a pair of NIfTI files</source>
<translation>ein Paar von NIfTI-Dateien</translation>
</message>
<message>
<source>a pointer of Git LFS to a file kept elsewhere</source>
<translation>ein Verweis von Git LFS auf eine anderswo liegende Datei</translation>
</message>
<message>
<source>a pointer of git-annex to a file kept elsewhere</source>
<translation>ein Verweis von git-annex auf eine Datei an anderer Stelle</translation>
</message>
<message>
<source>a slice of DICOM; give the folder of its series</source>
<translation>eine DICOM-Schicht; geben Sie den Ordner ihrer Serie an</translation>
</message>
<message>
<source>a smaller translation.image_size</source>
<translation>eine kleinere translation.image_size</translation>
</message>
<message>
<source>a translation of another scan there by its name; name the file itself to use it</source>
<translation>dem Namen nach die Übersetzung eines anderen Scans dort; geben Sie die Datei selbst an, um sie zu verwenden</translation>
</message>
<message>
<source>a translation of another scan, by its name</source>
<translation>dem Namen nach die Übersetzung eines anderen Scans</translation>
</message>
<message>
<source>a whole number</source>
<translation>eine ganze Zahl</translation>
</message>
<message>
<source>a zip archive</source>
<translation>ein Zip-Archiv</translation>
</message>
<message>
<source>add that, or give its folders ({training}, {labels_of}) as those of images and labels</source>
<translation>legen Sie sie dazu, oder geben Sie seine Ordner ({training}, {labels_of}) als die der Bilder und Label an</translation>
</message>
<message>
<source>all there</source>
<translation>alle da</translation>
</message>
<message>
<source>all {labels} labels it was trained on show</source>
<translation>alle {labels} Trainings-Labels es zeigen</translation>
</message>
<message>
<source>an HDF5 file, such as of MINC or MATLAB</source>
<translation>eine HDF5-Datei, etwa von MINC oder MATLAB</translation>
</message>
<message>
<source>an archive; unpack it, and give the scans that are in it</source>
<translation>ein Archiv; entpacken Sie es, und geben Sie die Aufnahmen an, die darin sind</translation>
</message>
<message>
<source>an image of MRtrix</source>
<translation>ein Bild von MRtrix</translation>
</message>
<message>
<source>and {count} more</source>
<translation>und {count} weitere</translation>
</message>
<message>
<source>another device</source>
<translation>einem anderen Gerät</translation>
</message>
<message>
<source>another process</source>
<translation>einem anderen Prozess</translation>
</message>
<message>
<source>anterior</source>
<translation>vorn</translation>
</message>
<message>
<source>as --header says</source>
<translation>wie --header es sagt</translation>
</message>
<message>
<source>as Slicer takes it</source>
<translation>wie Slicer sie nimmt</translation>
</message>
<message>
<source>as most programs take it</source>
<translation>wie die meisten Programme sie nehmen</translation>
</message>
<message>
<source>axial diameter</source>
<translation>axialer Durchmesser</translation>
</message>
<message>
<source>axis directions</source>
<translation>Achsenrichtungen</translation>
</message>
<message>
<source>below 20 % and 2 mm</source>
<translation>unter 20 % und 2 mm</translation>
</message>
<message>
<source>budget_minutes={budget} leaves time for few training steps on this computer: {trained}. A model that has learned so little is of little use, and takes about {needed} all the same. Stop it, unless you only try it out. What would help: {helps}.</source>
<translation>budget_minutes={budget} lässt auf diesem Rechner nur Zeit für wenige Trainingsschritte: {trained}. Ein Modell, das so wenig gelernt hat, nützt wenig und braucht trotzdem etwa {needed}. Brechen Sie ab, wenn Sie es nicht nur ausprobieren. Was helfen würde: {helps}.</translation>
</message>
<message>
<source>by rsync</source>
<translation>mit rsync</translation>
</message>
<message>
<source>by sftp, as there is no rsync of version 3 or newer on both sides</source>
<translation>mit sftp, da es nicht auf beiden Seiten rsync ab Version 3 gibt</translation>
</message>
<message>
<source>can never start:</source>
<translation>kann nie beginnen:</translation>
</message>
<message>
<source>cannot be reached: ssh's configuration file is missing</source>
<translation>ist nicht erreichbar: die Konfigurationsdatei von ssh fehlt</translation>
</message>
<message>
<source>cannot be reached: ssh's configuration has an error</source>
<translation>ist nicht erreichbar: die Konfiguration von ssh hat einen Fehler</translation>
</message>
<message>
<source>cannot be reached: the key that ssh's configuration names is missing</source>
<translation>ist nicht erreichbar: der Schlüssel, den die Konfiguration von ssh nennt, fehlt</translation>
</message>
<message>
<source>cannot be told</source>
<translation>nicht zu bestimmen</translation>
</message>
<message>
<source>changed, contradictory</source>
<translation>geändert, widersprüchlich</translation>
</message>
<message>
<source>checked {domain} case {id}</source>
<translation>Fall {id} ({domain}) geprüft</translation>
</message>
<message>
<source>checking the scans</source>
<translation>prüft die Scans</translation>
</message>
<message>
<source>choose one of {choices}</source>
<translation>eines von {choices} wählen</translation>
</message>
<message>
<source>compile=on: torch.compile does not work here ({problem}); set compile=off.</source>
<translation>compile=on: torch.compile funktioniert hier nicht ({problem}); setzen Sie compile auf off.</translation>
</message>
<message>
<source>convert it to NIfTI (mnc2nii)</source>
<translation>wandeln Sie die Datei in NIfTI um (mnc2nii)</translation>
</message>
<message>
<source>convert it to NIfTI (mnc2nii, or niftiwrite in MATLAB)</source>
<translation>wandeln Sie sie in NIfTI um (mnc2nii, oder niftiwrite in MATLAB)</translation>
</message>
<message>
<source>convert it to NIfTI (mrconvert)</source>
<translation>wandeln Sie die Datei in NIfTI um (mrconvert)</translation>
</message>
<message>
<source>copies of slices were</source>
<translation>Kopien von Schichten wurden</translation>
</message>
<message>
<source>copy of a slice</source>
<translation>Kopie einer Schicht</translation>
</message>
<message>
<source>did you mean '{near}'</source>
<translation>gemeint ist vielleicht „{near}“</translation>
</message>
<message>
<source>echo time</source>
<translation>Echozeit</translation>
</message>
<message>
<source>epoch {current_epoch} of {num_epochs}</source>
<translation>Epoche {current_epoch} von {num_epochs}</translation>
</message>
<message>
<source>evaluation</source>
<translation>Auswertung</translation>
</message>
<message>
<source>evaluation.source_only trains nothing: there are no evaluation cases to compare on; start with --evaluate-images and --evaluate-labels for the comparison.</source>
<translation>evaluation.source_only trainiert nichts: Es gibt keine Auswertungsfälle zum Vergleich; beginnen Sie dafür mit Auswertungsbildern und Auswertungslabels.</translation>
</message>
<message>
<source>extrameatal diameter</source>
<translation>extrameataler Durchmesser</translation>
</message>
<message>
<source>fewer scans</source>
<translation>weniger Scans</translation>
</message>
<message>
<source>fewer scans, smaller networks</source>
<translation>weniger Scans, kleinere Netze</translation>
</message>
<message>
<source>file that is</source>
<translation>Datei, die</translation>
</message>
<message>
<source>file that is no image</source>
<translation>Datei, die kein Bild ist,</translation>
</message>
<message>
<source>file that is no image ({modality})</source>
<translation>Datei, die kein Bild ist ({modality}),</translation>
</message>
<message>
<source>files that are</source>
<translation>Dateien, die</translation>
</message>
<message>
<source>find out which of the two is in the right place before you change either; resampling would move a label that is right</source>
<translation>finden Sie heraus, welche der beiden am richtigen Ort liegt, bevor Sie eine ändern; ein Umrechnen würde ein richtiges Label verschieben</translation>
</message>
<message>
<source>finding out which structures lie in one piece</source>
<translation>es wird festgestellt, welche Strukturen aus einem Stück bestehen</translation>
</message>
<message>
<source>for a folder a patient give a pattern, as "{pattern}"</source>
<translation>bei einem Ordner je Patient ein Muster angeben, etwa "{pattern}"</translation>
</message>
<message>
<source>frame {frame} of {name}</source>
<translation>Einzelbild {frame} von {name}</translation>
</message>
<message>
<source>get the file itself with `datalad get` or `git annex get`</source>
<translation>holen Sie die Datei selbst mit `datalad get` oder `git annex get`</translation>
</message>
<message>
<source>get the file itself with `git lfs pull`</source>
<translation>holen Sie die Datei selbst mit `git lfs pull`</translation>
</message>
<message>
<source>give it by hand, as --date {name}=2024-03-01</source>
<translation>geben Sie es von Hand an, etwa --date {name}=2024-03-01</translation>
</message>
<message>
<source>give the file with all slices</source>
<translation>geben Sie die Datei mit allen Schichten an</translation>
</message>
<message>
<source>give the folder DatasetNNN_NAME with dataset.json in it</source>
<translation>geben Sie den Ordner DatasetNNN_NAME an, in dem dataset.json liegt</translation>
</message>
<message>
<source>give the folder in which the scans lie directly</source>
<translation>den Ordner angeben, in dem die Scans unmittelbar liegen</translation>
</message>
<message>
<source>give the folder that holds all of the scans, or name the folders of images and labels one by one</source>
<translation>den Ordner angeben, der alle Scans enthält, oder die Ordner von Bildern und Labels einzeln nennen</translation>
</message>
<message>
<source>give the scan itself</source>
<translation>geben Sie den Scan selbst an</translation>
</message>
<message>
<source>given by hand</source>
<translation>von Hand angegeben</translation>
</message>
<message>
<source>held as it was queued again so; `scontrol release {number}` there lets it go</source>
<translation>angehalten, da er so wieder eingereiht wurde; `scontrol release {number}` dort gibt ihn frei</translation>
</message>
<message>
<source>held as its start failed; `scontrol release {number}` there lets it try again</source>
<translation>angehalten, da der Start misslang; `scontrol release {number}` dort startet ihn erneut</translation>
</message>
<message>
<source>held by the cluster's people, who alone can let it go; ask them</source>
<translation>von den Betreuern des Clusters angehalten, die allein ihn freigeben können; fragen Sie sie</translation>
</message>
<message>
<source>held by you; `scontrol release {number}` there lets it go</source>
<translation>von Ihnen angehalten; `scontrol release {number}` dort gibt ihn frei</translation>
</message>
<message>
<source>hidden; rename it if it is meant</source>
<translation>versteckt; benennen Sie die Datei um, wenn sie gemeint ist</translation>
</message>
<message>
<source>holds only zeros where its header should be, as after a copy that broke off; copy it again from its source</source>
<translation>enthält nur Nullen, wo der Header sein sollte, wie nach einer abgebrochenen Kopie; kopieren Sie die Datei noch einmal von ihrer Quelle</translation>
</message>
<message>
<source>if it alone asks for more than that limit it never starts: then stop it and ask for less</source>
<translation>verlangt er allein mehr als diese Grenze, beginnt er nie: Stoppen Sie ihn dann, und verlangen Sie weniger</translation>
</message>
<message>
<source>image in colours</source>
<translation>farbiges Bild</translation>
</message>
<message>
<source>image type</source>
<translation>Bildart</translation>
</message>
<message>
<source>image without a place in space</source>
<translation>Bild ohne Lage im Raum</translation>
</message>
<message>
<source>in a format that is not read; convert it to .nii.gz</source>
<translation>in einem Format, das nicht gelesen wird; wandeln Sie die Datei in .nii.gz um</translation>
</message>
<message>
<source>in none of the channels that {record} names</source>
<translation>in keinem der Kanäle, die {record} nennt</translation>
</message>
<message>
<source>in their files (of scans that were moved, give only the folder: --scans-moved-to DIR)</source>
<translation>in ihren Dateien (bei verschobenen Scans nur den Ordner angeben: --scans-moved-to DIR)</translation>
</message>
<message>
<source>inferior</source>
<translation>unten</translation>
</message>
<message>
<source>intensity.lower_percentile must be below intensity.upper_percentile.</source>
<translation>intensity.lower_percentile muss unter intensity.upper_percentile liegen.</translation>
</message>
<message>
<source>inversion time</source>
<translation>Inversionszeit</translation>
</message>
<message>
<source>is a DICOM file of several frames, whatever its name says; rename it to "{name}", and give that</source>
<translation>ist eine DICOM-Datei mit mehreren Frames, was auch immer ihr Name sagt; benennen Sie sie in "{name}" um und geben Sie diese an</translation>
</message>
<message>
<source>is a DICOM file of several frames, whatever its name says; unpack it with `gzip -d &lt; "{path}" &gt; "{named}"`, and give that</source>
<translation>ist eine DICOM-Datei mit mehreren Frames, was auch immer ihr Name sagt; entpacken Sie sie mit `gzip -d &lt; "{path}" &gt; "{named}"` und geben Sie diese an</translation>
</message>
<message>
<source>is a DICOM file, whatever its name says; rename it to "{name}", do the same with all slices of its series, and give their folder</source>
<translation>ist eine DICOM-Datei, was auch immer ihr Name sagt; benennen Sie sie in "{name}" um, tun Sie dasselbe mit allen Schichten ihrer Serie und geben Sie deren Ordner an</translation>
</message>
<message>
<source>is a DICOM file, whatever its name says; unpack it with `gzip -d &lt; "{path}" &gt; "{named}"`, do the same with all slices of its series, and give their folder</source>
<translation>ist eine DICOM-Datei, was auch immer ihr Name sagt; entpacken Sie sie mit `gzip -d &lt; "{path}" &gt; "{named}"`, tun Sie dasselbe mit allen Schichten ihrer Serie und geben Sie deren Ordner an</translation>
</message>
<message>
<source>is a DICOM segmentation, whatever its name says; rename it to "{name}", and give that as the label map</source>
<translation>ist eine DICOM-Segmentierung, was auch immer ihr Name sagt; benennen Sie sie in "{name}" um und geben Sie diese als Labelkarte an</translation>
</message>
<message>
<source>is a DICOM segmentation, whatever its name says; unpack it with `gzip -d &lt; "{path}" &gt; "{named}"`, and give that as the label map</source>
<translation>ist eine DICOM-Segmentierung, was auch immer ihr Name sagt; entpacken Sie sie mit `gzip -d &lt; "{path}" &gt; "{named}"` und geben Sie diese als Labelkarte an</translation>
</message>
<message>
<source>is a DICOM structure set (RTSTRUCT), whatever its name says; save it from Slicer (extension SlicerRT) as .seg.nrrd</source>
<translation>ist ein DICOM-Structure-Set (RTSTRUCT), was auch immer ihr Name sagt; speichern Sie es aus Slicer (Erweiterung SlicerRT) als .seg.nrrd</translation>
</message>
<message>
<source>is a MATLAB file; write it as NIfTI (niftiwrite in MATLAB)</source>
<translation>ist eine MATLAB-Datei; schreiben Sie sie als NIfTI (niftiwrite in MATLAB)</translation>
</message>
<message>
<source>is a tar archive; unpack it and give the scan that is in it</source>
<translation>ist ein tar-Archiv; entpacken Sie es und geben Sie den Scan an, der darin ist</translation>
</message>
<message>
<source>is a web page, as servers send instead of a file that they do not give; download the scan again, logged in if need be</source>
<translation>ist eine Webseite, wie Server sie statt einer Datei senden, die sie nicht herausgeben; laden Sie den Scan neu herunter, nötigenfalls angemeldet</translation>
</message>
<message>
<source>is compressed by gzip as a whole; unpack it with `gzip -d &lt; "{path}" &gt; "{named}"` and give the new file</source>
<translation>ist als Ganzes mit gzip gepackt; entpacken Sie die Datei mit `gzip -d &lt; "{path}" &gt; "{named}"` und geben Sie die neue an</translation>
</message>
<message>
<source>is compressed by gzip twice; unpack it with `gzip -d &lt; "{path}" &gt; "{unpacked}.gz"` and give the new file</source>
<translation>ist zweimal mit gzip gepackt; entpacken Sie die Datei mit `gzip -d &lt; "{path}" &gt; "{unpacked}.gz"` und geben Sie die neue an</translation>
</message>
<message>
<source>is compressed by {name}; unpack it with `{command} "{path}" &gt; "{unpacked}"` and give the new file</source>
<translation>ist mit {name} komprimiert; entpacken Sie sie mit `{command} "{path}" &gt; "{unpacked}"` und geben Sie die neue Datei an</translation>
</message>
<message>
<source>is in FreeSurfer's format, whatever its name says; rename it to "{renamed}"</source>
<translation>ist im Format von FreeSurfer, was auch immer ihr Name sagt; benennen Sie die Datei in "{renamed}" um</translation>
</message>
<message>
<source>is in the format GIPL, whatever its name says; rename it to "{renamed}"</source>
<translation>ist im Format GIPL, was auch immer ihr Name sagt; benennen Sie die Datei in "{renamed}" um</translation>
</message>
<message>
<source>is not known to ssh yet; connect once with `ssh {host}` and accept its host key</source>
<translation>ist ssh noch nicht bekannt; verbinden Sie sich einmal mit `ssh {host}`, und nehmen Sie den Schlüssel des Rechners an</translation>
</message>
<message>
<source>is the table of contents of a DICOM disc, not a scan; give the folder beside it that holds the series</source>
<translation>ist das Inhaltsverzeichnis einer DICOM-Disc, kein Scan; geben Sie den Ordner daneben an, der die Serie enthält</translation>
</message>
<message>
<source>is unknown; check its name, in ~/.ssh/config too</source>
<translation>ist unbekannt; prüfen Sie den Namen, auch in ~/.ssh/config</translation>
</message>
<message>
<source>it asks for fewer GPUs than its quality of service demands</source>
<translation>er verlangt weniger GPUs, als seine Dienstgüte (QOS) fordert</translation>
</message>
<message>
<source>it asks for fewer processors than its quality of service demands</source>
<translation>er verlangt weniger Prozessoren, als seine Dienstgüte (QOS) fordert</translation>
</message>
<message>
<source>it asks for less than its quality of service demands</source>
<translation>er verlangt weniger, als seine Dienstgüte (QOS) fordert</translation>
</message>
<message>
<source>it asks for more GPUs than this cluster allows you</source>
<translation>er verlangt mehr GPUs, als dieser Cluster Ihnen erlaubt</translation>
</message>
<message>
<source>it asks for more memory than this cluster allows you</source>
<translation>er verlangt mehr Speicher, als dieser Cluster Ihnen erlaubt</translation>
</message>
<message>
<source>it asks for more nodes than this cluster allows you</source>
<translation>er verlangt mehr Knoten, als dieser Cluster Ihnen erlaubt</translation>
</message>
<message>
<source>it asks for more processors than this cluster allows you</source>
<translation>er verlangt mehr Prozessoren, als dieser Cluster Ihnen erlaubt</translation>
</message>
<message>
<source>it asks for more than this cluster allows you</source>
<translation>er verlangt mehr, als dieser Cluster Ihnen erlaubt</translation>
</message>
<message>
<source>it asks for more than this cluster allows you at a time</source>
<translation>er verlangt mehr, als dieser Cluster Ihnen auf einmal erlaubt</translation>
</message>
<message>
<source>it asks for more than this cluster allows your account at a time</source>
<translation>er verlangt mehr, als dieser Cluster Ihrem Konto auf einmal erlaubt</translation>
</message>
<message>
<source>it does not end within {count} bytes</source>
<translation>er endet nicht innerhalb von {count} Bytes</translation>
</message>
<message>
<source>it does not know your user name; ask the cluster's people</source>
<translation>der Cluster kennt Ihren Benutzernamen nicht; fragen Sie seine Betreuer</translation>
</message>
<message>
<source>it does not say how many bytes its compressed voxels have (CompressedDataSize)</source>
<translation>er sagt nicht, wie viele Bytes die gepackten Voxel haben (CompressedDataSize)</translation>
</message>
<message>
<source>it does not say in which order the bytes of a number are (endian)</source>
<translation>er sagt nicht, in welcher Reihenfolge die Bytes einer Zahl stehen (endian)</translation>
</message>
<message>
<source>it does not say where the voxels are (ElementDataFile)</source>
<translation>er sagt nicht, wo die Voxel sind (ElementDataFile)</translation>
</message>
<message>
<source>it failed</source>
<translation>es schlug fehl</translation>
</message>
<message>
<source>it gives '{text}' for {name}</source>
<translation>er gibt „{text}“ für {name} an</translation>
</message>
<message>
<source>it gives a spacing of {by_axes} mm</source>
<translation>er gibt einen Voxelabstand von {by_axes} mm an</translation>
</message>
<message>
<source>it gives an axis without a direction</source>
<translation>er gibt eine Achse ohne Richtung an</translation>
</message>
<message>
<source>it gives itself {skipped} bytes</source>
<translation>er gibt sich selbst {skipped} Bytes</translation>
</message>
<message>
<source>it gives the encoding '{encoding}'</source>
<translation>er gibt die Kodierung „{encoding}“ an</translation>
</message>
<message>
<source>it gives the space directions '{fields}'</source>
<translation>er gibt die Raumrichtungen „{fields}“ an</translation>
</message>
<message>
<source>it gives voxels of the type '{kind}'</source>
<translation>er gibt Voxel vom Typ „{kind}“ an</translation>
</message>
<message>
<source>it gives {bits} bits a voxel of {voxel_bytes}</source>
<translation>er gibt {bits} Bits für einen Voxel von {voxel_bytes} an</translation>
</message>
<message>
<source>it gives {by_axes} voxels along its axes</source>
<translation>er gibt {by_axes} Voxel entlang seiner Achsen an</translation>
</message>
<message>
<source>it gives {count} dimension</source>
<translation>er gibt {count} Dimension an</translation>
</message>
<message>
<source>it gives {count} dimensions</source>
<translation>er gibt {count} Dimensionen an</translation>
</message>
<message>
<source>it gives {dimension} dimension and {count} size</source>
<translation>er gibt {dimension} Dimension und {count} Größe an</translation>
</message>
<message>
<source>it gives {dimension} dimension and {count} sizes</source>
<translation>er gibt {dimension} Dimension und {count} Größen an</translation>
</message>
<message>
<source>it gives {dimension} dimensions and {count} size</source>
<translation>er gibt {dimension} Dimensionen und {count} Größe an</translation>
</message>
<message>
<source>it gives {dimension} dimensions and {count} sizes</source>
<translation>er gibt {dimension} Dimensionen und {count} Größen an</translation>
</message>
<message>
<source>it has as many jobs as it takes; try again when some have ended</source>
<translation>es hat schon so viele Jobs, wie es annimmt; versuchen Sie es noch einmal, wenn einige beendet sind</translation>
</message>
<message>
<source>it has more tasks than an array may have there; do less at once, as with fewer scans or seeds</source>
<translation>er hat mehr Teile, als ein Job-Array dort haben darf; tun Sie weniger auf einmal, etwa mit weniger Scans oder Startwerten</translation>
</message>
<message>
<source>it has neither a sform nor a qform</source>
<translation>er hat weder sform noch qform</translation>
</message>
<message>
<source>it has no TransformMatrix</source>
<translation>er hat keine TransformMatrix</translation>
</message>
<message>
<source>it has version {version} of CrossMoDAUDA, not {version2}; use the same installation on all nodes.</source>
<translation>er hat Version {version} von CrossMoDAUDA, nicht {version2}; verwenden Sie auf allen Knoten dieselbe Installation.</translation>
</message>
<message>
<source>it has {kind} where this node has {kind2}; name a device that all of them have with --device.</source>
<translation>er hat {kind}, wo dieser Knoten {kind2} hat; nennen Sie mit --device ein Gerät, das alle haben.</translation>
</message>
<message>
<source>it is a BIDS data set, which has options of its own, --source-bids, --target-bids and --evaluate-bids</source>
<translation>es ist ein BIDS-Datensatz, der eigene Optionen hat: --source-bids, --target-bids und --evaluate-bids</translation>
</message>
<message>
<source>it is a raw data set of nnU-Net's, which has options of its own, --source-nnunet, --target-nnunet and --evaluate-nnunet</source>
<translation>es ist ein Rohdatensatz von nnU-Net, der eigene Optionen hat: --source-nnunet, --target-nnunet und --evaluate-nnunet</translation>
</message>
<message>
<source>it is cut short</source>
<translation>sie ist abgeschnitten</translation>
</message>
<message>
<source>it lacks the mark of a NIfTI file that holds its own voxels</source>
<translation>ihm fehlt die Kennung einer NIfTI-Datei, die ihre eigenen Voxel enthält</translation>
</message>
<message>
<source>it lacks the mark of an NRRD file of the versions 1 to 5</source>
<translation>ihm fehlt die Kennung einer NRRD-Datei der Versionen 1 bis 5</translation>
</message>
<message>
<source>it names no space</source>
<translation>er nennt keinen Raum (space)</translation>
</message>
<message>
<source>it names the space '{fields}', which is none of three dimensions</source>
<translation>er nennt den Raum „{fields}“, der keiner von drei Dimensionen ist</translation>
</message>
<message>
<source>it names {count} file for its voxels instead of {needed}</source>
<translation>er nennt {count} Datei statt {needed} für seine Voxel</translation>
</message>
<message>
<source>it names {count} files for its voxels instead of {needed}</source>
<translation>er nennt {count} Dateien statt {needed} für seine Voxel</translation>
</message>
<message>
<source>it places the scan at {by_axes} mm</source>
<translation>er legt den Scan an {by_axes} mm</translation>
</message>
<message>
<source>it ran out of memory; ask for more (--extra=--mem=...), or make the batches smaller</source>
<translation>der Speicher reichte nicht; verlangen Sie mehr (--extra=--mem=...), oder verkleinern Sie die Stapel</translation>
</message>
<message>
<source>it said nothing</source>
<translation>es sagte nichts</translation>
</message>
<message>
<source>it says that it has {unpack} bytes, not 348</source>
<translation>er sagt, er habe {unpack} Bytes, nicht 348</translation>
</message>
<message>
<source>it says that the voxels begin at byte {by_axes}</source>
<translation>nach ihm beginnen die Voxel bei Byte {by_axes}</translation>
</message>
<message>
<source>it scales the voxels by {slope} and {shift}</source>
<translation>er skaliert die Voxel mit {slope} und {shift}</translation>
</message>
<message>
<source>it skips a negative number of bytes or lines</source>
<translation>er überspringt eine negative Zahl von Bytes oder Zeilen</translation>
</message>
<message>
<source>it takes no jobs now, as ahead of maintenance; try again later</source>
<translation>der Cluster nimmt jetzt keine Jobs an, etwa vor einer Wartung; versuchen Sie es später wieder</translation>
</message>
<message>
<source>it takes no jobs of yours; ask the cluster's people</source>
<translation>der Cluster nimmt keine Jobs von Ihnen an; fragen Sie seine Betreuer</translation>
</message>
<message>
<source>it takes no such jobs now; try again later, or ask the cluster's people</source>
<translation>der Cluster nimmt solche Jobs jetzt nicht an; versuchen Sie es später wieder, oder fragen Sie seine Betreuer</translation>
</message>
<message>
<source>it turns the scan by the quaternion {quaternion}</source>
<translation>er dreht den Scan um die Quaternion {quaternion}</translation>
</message>
<message>
<source>it wants a key of your work (wckey); ask the cluster's people for yours, and give it with --extra=--wckey=...</source>
<translation>der Cluster will einen Schlüssel Ihrer Arbeit (wckey); fragen Sie seine Betreuer nach Ihrem, und geben Sie ihn mit --extra=--wckey=... an</translation>
</message>
<message>
<source>it was cancelled</source>
<translation>er wurde abgebrochen</translation>
</message>
<message>
<source>it was pushed aside by another job</source>
<translation>ein anderer Job hat ihn verdrängt</translation>
</message>
<message>
<source>it was started with {key}={before}, not {now}</source>
<translation>es wurde mit {key}={before} gestartet, nicht {now}</translation>
</message>
<message>
<source>its --time is longer than the partition allows</source>
<translation>sein --time ist länger, als die Partition erlaubt</translation>
</message>
<message>
<source>its --time is longer than this cluster allows you</source>
<translation>sein --time ist länger, als dieser Cluster Ihnen erlaubt</translation>
</message>
<message>
<source>its account is unknown there</source>
<translation>sein Konto ist dort unbekannt</translation>
</message>
<message>
<source>its axes lie nearly in one plane</source>
<translation>seine Achsen liegen fast in einer Ebene</translation>
</message>
<message>
<source>its axes lie nearly on one line</source>
<translation>seine Achsen liegen fast auf einer Linie</translation>
</message>
<message>
<source>its controller does not answer; try again later</source>
<translation>seine Steuerung antwortet nicht; versuchen Sie es später noch einmal</translation>
</message>
<message>
<source>its deadline has passed</source>
<translation>seine Frist ist verstrichen</translation>
</message>
<message>
<source>its deadline passed</source>
<translation>sein Termin ist verstrichen</translation>
</message>
<message>
<source>its line '{decode}' is not a new field and its value</source>
<translation>seine Zeile „{decode}“ ist kein neues Feld mit Wert</translation>
</message>
<message>
<source>its line '{line}' is too long</source>
<translation>seine Zeile „{line}“ ist zu lang</translation>
</message>
<message>
<source>its node did not start</source>
<translation>sein Knoten startete nicht</translation>
</message>
<message>
<source>its node failed</source>
<translation>sein Knoten fiel aus</translation>
</message>
<message>
<source>its process ended</source>
<translation>sein Prozess ist zu Ende</translation>
</message>
<message>
<source>its quality of service is unknown there</source>
<translation>seine Dienstgüte (QOS) ist dort unbekannt</translation>
</message>
<message>
<source>its reservation is gone</source>
<translation>seine Reservierung gibt es nicht mehr</translation>
</message>
<message>
<source>its scan is not found, so that it cannot be told whether the tumour reaches the scan's first or last slice</source>
<translation>der Scan dazu wurde nicht gefunden, sodass sich nicht sagen lässt, ob der Tumor bis an seine erste oder letzte Schicht reicht</translation>
</message>
<message>
<source>its time limit came before it had stopped; give a longer --time</source>
<translation>seine Zeitgrenze kam, bevor er angehalten hatte; geben Sie eine längere --time an</translation>
</message>
<message>
<source>its translation is blank; do not use it, and look at the scan and at the translator's samples.</source>
<translation>seine Übersetzung ist leer; verwenden Sie sie nicht, und sehen Sie sich den Scan und die Beispiele des Translators an.</translation>
</message>
<message>
<source>its {domain} cases differ{value}</source>
<translation>seine {domain}-Fälle unterscheiden sich{value}</translation>
</message>
<message>
<source>join its volumes into one, with a number for each structure</source>
<translation>fassen Sie die Volumina darin zu einem zusammen, mit einer Zahl für jede Struktur</translation>
</message>
<message>
<source>labelled scans such as *_ceT1 with *_Label</source>
<translation>gelabelte Scans wie *_ceT1 mit *_Label</translation>
</message>
<message>
<source>labels is empty; name at least one structure, as --set labels=Tumour:1.</source>
<translation>labels ist leer; nennen Sie mindestens eine Struktur, etwa Tumour:1.</translation>
</message>
<message>
<source>labels: '{name}' holds characters that cannot be shown; give the structure another name.</source>
<translation>labels: „{name}“ enthält Zeichen, die sich nicht zeigen lassen; geben Sie der Struktur einen anderen Namen.</translation>
</message>
<message>
<source>labels: '{name}' means something of its own to nnU-Net; give the structure another name.</source>
<translation>labels: „{name}“ bedeutet für nnU-Net etwas Eigenes; geben Sie der Struktur einen anderen Namen.</translation>
</message>
<message>
<source>labels: '{name}:{value}' needs a name and a value from 1 to {most_label}.</source>
<translation>labels: '{name}:{value}' braucht einen Namen und einen Wert von 1 bis {most_label}.</translation>
</message>
<message>
<source>labels: two structures share one value; each needs its own.</source>
<translation>labels: Zwei Strukturen teilen sich einen Wert; jede braucht ihren eigenen.</translation>
</message>
<message>
<source>labels={given} gives one value twice; each value belongs to one structure.</source>
<translation>labels={given} nennt einen Wert zweimal; jeder Wert gehört zu einer Struktur.</translation>
</message>
<message>
<source>left</source>
<translation>links</translation>
</message>
<message>
<source>limits {low} to {high} around {value}</source>
<translation>Grenzen {low} bis {high} um {value}</translation>
</message>
<message>
<source>loading the model</source>
<translation>das Modell wird geladen</translation>
</message>
<message>
<source>look at it before you use it</source>
<translation>sehen Sie sich das Ergebnis vor der Verwendung an</translation>
</message>
<message>
<source>looked at the label map of {id}</source>
<translation>Label-Karte von {id} angesehen</translation>
</message>
<message>
<source>looked at {id}</source>
<translation>{id} angesehen</translation>
</message>
<message>
<source>looking for the scans</source>
<translation>Die Scans werden gesucht</translation>
</message>
<message>
<source>measuring the images</source>
<translation>Messen der Bilder</translation>
</message>
<message>
<source>missing</source>
<translation>nicht vorhanden</translation>
</message>
<message>
<source>missing or taken out wholly</source>
<translation>nicht vorhanden oder ganz entfernt</translation>
</message>
<message>
<source>missing or taken out wholly or uncertain</source>
<translation>nicht vorhanden, ganz entfernt oder unsicher</translation>
</message>
<message>
<source>missing or uncertain</source>
<translation>nicht vorhanden oder unsicher</translation>
</message>
<message>
<source>name every structure, as {another}, or several values of one, as {joined}</source>
<translation>nennen Sie jede Struktur, etwa {another}, oder mehrere Werte von einer, etwa {joined}</translation>
</message>
<message>
<source>named neither *_ceT1, *_hrT2, *_T2 nor *_Label</source>
<translation>weder *_ceT1, *_hrT2, *_T2 noch *_Label genannt</translation>
</message>
<message>
<source>nearly all voxels have one value ({low}), so that the scaled scan shows little; if it should show more, set intensity.lower_percentile and intensity.upper_percentile further apart than {lower} and {upper}.</source>
<translation>fast alle Voxel haben denselben Wert ({low}), sodass der skalierte Scan wenig zeigt; wenn er mehr zeigen sollte, setzen Sie intensity.lower_percentile und intensity.upper_percentile weiter auseinander als {lower} und {upper}.</translation>
</message>
<message>
<source>nested too deeply</source>
<translation>zu tief verschachtelt</translation>
</message>
<message>
<source>nnU-Net cannot build the network that {folder} describes; copy the model again.</source>
<translation>nnU-Net kann das Netz nicht bauen, das {folder} beschreibt; kopieren Sie das Modell erneut.</translation>
</message>
<message>
<source>nnU-Net planned a batch of {batch}, which is shared evenly</source>
<translation>nnU-Net hat einen Batch von {batch} geplant, der gleichmäßig geteilt wird</translation>
</message>
<message>
<source>nnU-Net's SGD, or AdamW, for which a rate of 0.001 to 0.003 is a good start.</source>
<translation>SGD wie in nnU-Net oder AdamW, für das eine Rate von 0.001 bis 0.003 ein guter Anfang ist.</translation>
</message>
<message>
<source>nnU-Net's augmentation processes died, most likely because memory ran out (nnunet.log may say more); run again with --set helper_processes=0.</source>
<translation>nnU-Nets Augmentierungsprozesse brachen ab, wahrscheinlich weil der Speicher ausging (nnunet.log sagt vielleicht mehr); schließen Sie andere Programme, und versuchen Sie es erneut.</translation>
</message>
<message>
<source>nnU-Net's loss is no longer a number in epoch {current_epoch}; lower segmentation.initial_learning_rate in a new experiment.</source>
<translation>nnU-Nets Verlust ist in Epoche {current_epoch} keine Zahl mehr; senken Sie in einem neuen Experiment segmentation.initial_learning_rate.</translation>
</message>
<message>
<source>nnU-Net's plan changed: this iteration was trained anew, with as many steps as iteration 0.</source>
<translation>nnU-Nets Plan hat sich geändert: Diese Iteration wurde neu trainiert, mit so vielen Schritten wie Iteration 0.</translation>
</message>
<message>
<source>nnU-Net's trainer class.</source>
<translation>Trainer-Klasse von nnU-Net.</translation>
</message>
<message>
<source>no change</source>
<translation>keine Änderung</translation>
</message>
<message>
<source>no channel_names</source>
<translation>channel_names fehlt</translation>
</message>
<message>
<source>no connection</source>
<translation>keine Verbindung</translation>
</message>
<message>
<source>no grid</source>
<translation>kein Gitter</translation>
</message>
<message>
<source>no message</source>
<translation>keine Meldung</translation>
</message>
<message>
<source>no node has what it asks for</source>
<translation>kein Knoten hat, was er verlangt</translation>
</message>
<message>
<source>no node there has such GPUs; ask for fewer, or name another partition</source>
<translation>kein Knoten dort hat solche GPUs; verlangen Sie weniger, oder nennen Sie eine andere Partition</translation>
</message>
<message>
<source>no node there has that many GPUs or processors; ask for fewer</source>
<translation>kein Knoten dort hat so viele Grafikkarten oder Prozessoren; verlangen Sie weniger</translation>
</message>
<message>
<source>no node there has that much memory; ask for less</source>
<translation>kein Knoten dort hat so viel Speicher; verlangen Sie weniger</translation>
</message>
<message>
<source>no node there has the features that --constraint asks for; name others</source>
<translation>kein Knoten dort hat die Merkmale, die --constraint verlangt; nennen Sie andere</translation>
</message>
<message>
<source>no partition was named, and the cluster has no default; `place check` lists the partitions there, and `place add --overwrite` names one</source>
<translation>es wurde keine Partition genannt, und der Cluster hat keine Standardpartition; `place check` nennt die Partitionen dort, und `place add --overwrite` wählt eine</translation>
</message>
<message>
<source>no scan by its ending; rename it if it is one</source>
<translation>der Endung nach kein Scan; benennen Sie die Datei um, wenn sie einer ist</translation>
</message>
<message>
<source>no tumour in the label map: it is gone, or it was missed, so look at the scan, which is left out of the growth</source>
<translation>kein Tumor in der Labelkarte: Er ist weg oder wurde übersehen; sehen Sie sich den Scan an, der beim Wachstum nicht mitzählt</translation>
</message>
<message>
<source>none found: training runs on its processors and takes long</source>
<translation>keine gefunden: das Training läuft auf den Prozessoren und dauert lange</translation>
</message>
<message>
<source>not a cohort: {error}</source>
<translation>keine Kohorte: {error}</translation>
</message>
<message>
<source>not begun</source>
<translation>nicht begonnen</translation>
</message>
<message>
<source>not divisible by 16</source>
<translation>nicht durch 16 teilbar</translation>
</message>
<message>
<source>not for clinical use</source>
<translation>nicht für den klinischen Gebrauch</translation>
</message>
<message>
<source>of an unknown kind</source>
<translation>unbekannter Art</translation>
</message>
<message>
<source>of an unknown version</source>
<translation>von unbekannter Version</translation>
</message>
<message>
<source>of its own choice</source>
<translation>seiner Wahl</translation>
</message>
<message>
<source>on all sides</source>
<translation>auf allen Seiten</translation>
</message>
<message>
<source>origin {by_axes} against {by_axes2} mm</source>
<translation>Ursprung {by_axes} gegen {by_axes2} mm</translation>
</message>
<message>
<source>partition {wanted}; there are {known}</source>
<translation>Partition {wanted}; es gibt {known}</translation>
</message>
<message>
<source>parts far apart lie on one side of the scan's middle, which may not be the patient's: look which side each is of</source>
<translation>weit voneinander entfernte Teile liegen auf einer Seite der Scanmitte, die vielleicht nicht die des Patienten ist: Sehen Sie nach, zu welcher Seite jeder gehört</translation>
</message>
<message>
<source>places up to {apart} mm apart</source>
<translation>Lagen bis zu {apart} mm auseinander</translation>
</message>
<message>
<source>posterior</source>
<translation>hinten</translation>
</message>
<message>
<source>precision=bf16 is not supported on Apple's GPU; use fp32 or auto.</source>
<translation>precision=bf16 geht auf Apples GPU nicht; verwenden Sie fp32 oder auto.</translation>
</message>
<message>
<source>preprocessing labels</source>
<translation>Vorverarbeiten der Labels</translation>
</message>
<message>
<source>preset={wanted} cannot be changed by --set here; use --preset {wanted}.</source>
<translation>preset={wanted} lässt sich hier nicht ändern; wählen Sie die Voreinstellung {wanted}.</translation>
</message>
<message>
<source>process {worker} on {worker2}</source>
<translation>Prozess {worker} auf {worker2}</translation>
</message>
<message>
<source>reading the scans</source>
<translation>die Scans werden gelesen</translation>
</message>
<message>
<source>reading.merged_values: '{text}' is no value of a label map, which are 1 to {most_label}.</source>
<translation>reading.merged_values: „{text}“ ist kein Wert einer Labelkarte; diese gehen von 1 bis {most_label}.</translation>
</message>
<message>
<source>reading.merged_values: no structure has the value {value} ({known}); name the value of one of them.</source>
<translation>reading.merged_values: Keine Struktur hat den Wert {value} ({known}); nennen Sie den Wert einer von ihnen.</translation>
</message>
<message>
<source>reading.merged_values: {text} is the value of a structure of its own ({known}); leave it out.</source>
<translation>reading.merged_values: {text} ist der Wert einer eigenen Struktur ({known}); lassen Sie ihn weg.</translation>
</message>
<message>
<source>refuses the login; name the right key for it in ~/.ssh/config (IdentityFile, IdentitiesOnly)</source>
<translation>verweigert die Anmeldung; in ~/.ssh/config den richtigen Schlüssel nennen (IdentityFile, IdentitiesOnly)</translation>
</message>
<message>
<source>refuses the login; see that `ssh {host}` works without asking (a key in ssh-agent), or run this in a terminal</source>
<translation>verweigert die Anmeldung; sorgen Sie dafür, dass `ssh {host}` ohne Rückfrage geht (ein Schlüssel im ssh-agent), oder tun Sie es in einem Terminal</translation>
</message>
<message>
<source>report.html could not be made ({explain}).</source>
<translation>report.html konnte nicht erstellt werden ({explain}).</translation>
</message>
<message>
<source>resample the label map, with nearest neighbours</source>
<translation>rechnen Sie die Labelkarte um, mit dem nächsten Nachbarn</translation>
</message>
<message>
<source>rest of {name}</source>
<translation>rest of {name}</translation>
</message>
<message>
<source>right</source>
<translation>rechts</translation>
</message>
<message>
<source>save the one volume of it that is meant as a file of its own</source>
<translation>speichern Sie das eine Volumen daraus, das gemeint ist, als eigene Datei</translation>
</message>
<message>
<source>sbatch said nothing</source>
<translation>sbatch hat nichts gesagt</translation>
</message>
<message>
<source>segmentation.bright_in_target and segmentation.dark_in_target both name '{both}'; name it in one of them.</source>
<translation>segmentation.bright_in_target und segmentation.dark_in_target nennen beide „{both}“; nennen Sie es nur in einer von beiden.</translation>
</message>
<message>
<source>segmentation.structure_scaling_lowest={lowest} is above segmentation.structure_scaling_highest={highest}; set both.</source>
<translation>segmentation.structure_scaling_lowest={lowest} liegt über segmentation.structure_scaling_highest={highest}; setzen Sie beide.</translation>
</message>
<message>
<source>segmentation.trainer={name}: nnU-Net finds no such trainer class{why}; use nnUNetTrainer or one that nnU-Net can find.</source>
<translation>segmentation.trainer={name}: nnU-Net findet keine solche Trainer-Klasse{why}; verwenden Sie nnUNetTrainer oder eine, die nnU-Net findet.</translation>
</message>
<message>
<source>segmentation.{setting} is {said}, but the trainer {trainer} has {number}; add --set segmentation.{setting}={number}, or use another trainer.</source>
<translation>segmentation.{setting} ist {said}, aber der Trainer {trainer} hat {number}; setzen Sie segmentation.{setting} auf {number}, oder verwenden Sie einen anderen Trainer.</translation>
</message>
<message>
<source>segmented the translated {case}</source>
<translation>Übersetzung von {case} segmentiert</translation>
</message>
<message>
<source>self-training iteration {method}</source>
<translation>Runde {method} des Selbsttrainings</translation>
</message>
<message>
<source>sending the scans</source>
<translation>die Scans werden gesendet</translation>
</message>
<message>
<source>shows another host key than before; if that is right, remove the old one with `ssh-keygen -R` and connect once with ssh, else ask its people</source>
<translation>zeigt einen anderen Schlüssel als früher; wenn das stimmt, entfernen Sie den alten mit `ssh-keygen -R`, und verbinden Sie sich einmal mit ssh; sonst fragen Sie die Betreiber</translation>
</message>
<message>
<source>single slice</source>
<translation>einzelne Schicht</translation>
</message>
<message>
<source>single slices</source>
<translation>einzelne Schichten</translation>
</message>
<message>
<source>size {by_axes} against {by_axes2}</source>
<translation>Größe {by_axes} gegen {by_axes2}</translation>
</message>
<message>
<source>slices of {image_size} pixels, {steps} training steps of the translator</source>
<translation>Schichten von {image_size} Pixeln, {steps} Trainingsschritte der Bildübersetzung</translation>
</message>
<message>
<source>small changes of a scan change the result</source>
<translation>kleine Änderungen eines Scans ändern das Ergebnis</translation>
</message>
<message>
<source>so much for so long is more than this cluster allows you</source>
<translation>so viel für so lange ist mehr, als dieser Cluster Ihnen erlaubt</translation>
</message>
<message>
<source>source</source>
<translation>Quelle</translation>
</message>
<message>
<source>source only</source>
<translation>nur Quelle</translation>
</message>
<message>
<source>spacing {by_axes} against {by_axes2} mm</source>
<translation>Abstand {by_axes} gegen {by_axes2} mm</translation>
</message>
<message>
<source>start in a new folder</source>
<translation>in einem neuen Ordner beginnen</translation>
</message>
<message>
<source>such licenses are unknown there; leave them out</source>
<translation>solche Lizenzen sind dort unbekannt; lassen Sie sie weg</translation>
</message>
<message>
<source>superior</source>
<translation>oben</translation>
</message>
<message>
<source>taken out wholly</source>
<translation>ganz entfernt</translation>
</message>
<message>
<source>taken out wholly or uncertain</source>
<translation>ganz entfernt oder unsicher</translation>
</message>
<message>
<source>target</source>
<translation>Ziel</translation>
</message>
<message>
<source>the account is unknown there, or not for this partition; ask the cluster's people which one is, and give it with --account</source>
<translation>das Konto ist dort unbekannt oder gilt nicht für diese Partition; fragen Sie die Betreuer des Clusters, welches gilt, und geben Sie es mit --account an</translation>
</message>
<message>
<source>the dates contradict one another: {source} says {day}, which counts, and {said}</source>
<translation>die Daten widersprechen einander: {source} sagt {day}, was gilt, und {said}</translation>
</message>
<message>
<source>the expected DSC of {name} is {below}, below {least}</source>
<translation>der erwartete DSC von {name} ist {below}, unter {least}</translation>
</message>
<message>
<source>the file is cut short</source>
<translation>die Datei ist abgeschnitten</translation>
</message>
<message>
<source>the file's name</source>
<translation>der Name der Datei</translation>
</message>
<message>
<source>the folder {name}</source>
<translation>der Ordner {name}</translation>
</message>
<message>
<source>the image's header gives two places, and the label map lies on the one by its {form}: try --header {form}</source>
<translation>der Header des Bildes gibt zwei Lagen an, und die Labelkarte liegt auf der nach seiner {form}: versuchen Sie --header {form}</translation>
</message>
<message>
<source>the job that it waits for, which makes what several of them need</source>
<translation>der Job, auf den er wartet und der macht, was mehrere brauchen</translation>
</message>
<message>
<source>the job that it waits for, which makes what several of them need, has not succeeded</source>
<translation>der Job, auf den er wartet und der macht, was mehrere brauchen, ist nicht gelungen</translation>
</message>
<message>
<source>the label it was trained on shows</source>
<translation>das Trainings-Label es zeigt</translation>
</message>
<message>
<source>the label map was changed after the network's doubt was written, which is left out</source>
<translation>die Labelkarte wurde geändert, nachdem die Zweifel des Netzes geschrieben waren; diese zählen nicht mit</translation>
</message>
<message>
<source>the partition does not offer now what is asked for; ask for less or for a shorter --time, or try again later</source>
<translation>die Partition bietet jetzt nicht, was verlangt wird; verlangen Sie weniger oder eine kürzere --time, oder versuchen Sie es später wieder</translation>
</message>
<message>
<source>the partition does not offer what it asks for: so many nodes, processors or GPUs, so much memory or time</source>
<translation>die Partition bietet nicht, was er verlangt: so viele Knoten, Prozessoren oder GPUs, so viel Speicher oder Zeit</translation>
</message>
<message>
<source>the partition does not take jobs of this account</source>
<translation>die Partition nimmt keine Jobs dieses Kontos an</translation>
</message>
<message>
<source>the partition does not take jobs of this quality of service</source>
<translation>die Partition nimmt keine Jobs dieser Dienstgüte (QOS) an</translation>
</message>
<message>
<source>the partition does not take your jobs</source>
<translation>die Partition nimmt Ihre Jobs nicht an</translation>
</message>
<message>
<source>the partition does not take your jobs; `place check` lists the partitions there, and `place add --overwrite` names another</source>
<translation>die Partition nimmt Ihre Jobs nicht an; `place check` nennt die Partitionen dort, und `place add --overwrite` wählt eine andere</translation>
</message>
<message>
<source>the partition has too few nodes, or allows fewer</source>
<translation>die Partition hat zu wenige Knoten oder erlaubt nur weniger</translation>
</message>
<message>
<source>the partition has too few nodes, or allows fewer; ask for fewer with --nodes</source>
<translation>die Partition hat zu wenige Knoten oder erlaubt weniger; verlangen Sie mit --nodes weniger</translation>
</message>
<message>
<source>the partition is unknown there; `place check` lists the partitions there, and `place add --overwrite` names another</source>
<translation>die Partition ist dort unbekannt; `place check` nennt die Partitionen dort, und `place add --overwrite` wählt eine andere</translation>
</message>
<message>
<source>the partition takes no jobs now; try again later, or name another, as `place check` lists them, with `place add --overwrite`</source>
<translation>die Partition nimmt jetzt keine Jobs an; versuchen Sie es später wieder, oder wählen Sie mit `place add --overwrite` eine andere, wie `place check` sie nennt</translation>
</message>
<message>
<source>the quality of service is unknown there, or not yours; ask the cluster's people, and give yours with --extra=--qos=...</source>
<translation>die Dienstgüte (QOS) ist dort unbekannt oder nicht Ihre; fragen Sie die Betreuer des Clusters, und geben Sie Ihre mit --extra=--qos=... an</translation>
</message>
<message>
<source>the reservation is unknown there, or not yours; leave it out, or ask the cluster's people</source>
<translation>die Reservierung ist dort unbekannt oder nicht Ihre; lassen Sie sie weg, oder fragen Sie die Betreuer des Clusters</translation>
</message>
<message>
<source>the same `run` begins again</source>
<translation>Starten beginnt von vorn</translation>
</message>
<message>
<source>the same command, or Resume in the panel</source>
<translation>mit Fortsetzen</translation>
</message>
<message>
<source>the seeds disagree</source>
<translation>die Startwerte widersprechen sich</translation>
</message>
<message>
<source>the time limit is not allowed there; give a shorter --time</source>
<translation>die Zeitgrenze ist dort nicht erlaubt; geben Sie eine kürzere --time an</translation>
</message>
<message>
<source>the tumour lies on both sides: its volume is the sum, its diameter the larger one's</source>
<translation>der Tumor liegt auf beiden Seiten: Sein Volumen ist die Summe, sein Durchmesser der des größeren</translation>
</message>
<message>
<source>the tumour touches the scan's edge ({faces}), so that part of it may be missing</source>
<translation>der Tumor berührt den Rand des Scans ({faces}), sodass ein Teil fehlen kann</translation>
</message>
<message>
<source>there is no partition '{wanted}'; there are {known}</source>
<translation>eine Partition „{wanted}“ gibt es nicht; es gibt {known}</translation>
</message>
<message>
<source>there is nothing in it</source>
<translation>sie enthält nichts</translation>
</message>
<message>
<source>this cluster does not let you have so many jobs at a time (each task of an array is one), or none that takes so long; wait until others have ended, or do less at once: a study may begin with fewer seeds or methods, and be given the others later</source>
<translation>dieser Cluster erlaubt Ihnen nicht so viele Jobs auf einmal (jede Aufgabe eines Arrays zählt als einer) oder keinen, der so lange dauert; warten Sie, bis andere beendet sind, oder verlangen Sie weniger auf einmal: Eine Studie kann mit weniger Startwerten oder Methoden beginnen und die übrigen später bekommen</translation>
</message>
<message>
<source>this computer</source>
<translation>dieser Rechner</translation>
</message>
<message>
<source>time point</source>
<translation>Zeitpunkt</translation>
</message>
<message>
<source>trained on {source_cases} source and {target_cases} target scan</source>
<translation>trainiert auf {source_cases} Quell- und {target_cases} Ziel-Scan</translation>
</message>
<message>
<source>trained on {source_cases} source and {target_cases} target scans</source>
<translation>trainiert auf {source_cases} Quell- und {target_cases} Ziel-Scans</translation>
</message>
<message>
<source>trained on {source_cases} target scan with real labels, no adaptation</source>
<translation>trainiert auf {source_cases} Ziel-Scan mit echten Labels, keine Adaption</translation>
</message>
<message>
<source>trained on {source_cases} target scans with real labels, no adaptation</source>
<translation>trainiert auf {source_cases} Ziel-Scans mit echten Labels, keine Adaption</translation>
</message>
<message>
<source>translated slices</source>
<translation>übersetzte Schichten</translation>
</message>
<message>
<source>translation.drop_failed would leave out {count} of {cases} translated case ({left_out}), which leaves {left} to learn from; look at report.md and start in a new folder, with a longer training of the translator or without that setting.</source>
<translation>translation.drop_failed würde {count} von {cases} übersetzten Fall auslassen ({left_out}), zum Lernen bliebe: {left}; sehen Sie sich report.md an, und beginnen Sie in einem neuen Ordner, mit längerem Training der Bildübersetzung oder ohne diese Einstellung.</translation>
</message>
<message>
<source>translation.drop_failed would leave out {count} of {cases} translated case ({left_out}, ...), which leaves {left} to learn from; look at report.md and start in a new folder, with a longer training of the translator or without that setting.</source>
<translation>translation.drop_failed würde {count} von {cases} übersetzten Fall auslassen ({left_out}, ...), zum Lernen bliebe: {left}; sehen Sie sich report.md an, und beginnen Sie in einem neuen Ordner, mit längerem Training der Bildübersetzung oder ohne diese Einstellung.</translation>
</message>
<message>
<source>translation.drop_failed would leave out {count} of {cases} translated cases ({left_out}), which leaves {left} to learn from; look at report.md and start in a new folder, with a longer training of the translator or without that setting.</source>
<translation>translation.drop_failed würde {count} von {cases} übersetzten Fällen auslassen ({left_out}), zum Lernen bliebe: {left}; sehen Sie sich report.md an, und beginnen Sie in einem neuen Ordner, mit längerem Training der Bildübersetzung oder ohne diese Einstellung.</translation>
</message>
<message>
<source>translation.drop_failed would leave out {count} of {cases} translated cases ({left_out}, ...), which leaves {left} to learn from; look at report.md and start in a new folder, with a longer training of the translator or without that setting.</source>
<translation>translation.drop_failed würde {count} von {cases} übersetzten Fällen auslassen ({left_out}, ...), zum Lernen bliebe: {left}; sehen Sie sich report.md an, und beginnen Sie in einem neuen Ordner, mit längerem Training der Bildübersetzung oder ohne diese Einstellung.</translation>
</message>
<message>
<source>translation.image_size={image_size} cannot be halved {section}.generator_downsamplings={downsamplings} times; use a multiple of {value}.</source>
<translation>translation.image_size={image_size} lässt sich nicht {section}.generator_downsamplings={downsamplings} mal halbieren; verwenden Sie ein Vielfaches von {value}.</translation>
</message>
<message>
<source>translation.image_size={size} does not suit the U-Net generator, which halves a slice down to one pixel; use a power of two from 128, such as {nearest}.</source>
<translation>translation.image_size={size} passt nicht zum U-Net-Generator, der eine Schicht bis auf einen Pixel halbiert; verwenden Sie eine Zweierpotenz ab 128, etwa {nearest}.</translation>
</message>
<message>
<source>translation.pooled_epochs={pooled}, spread over translation.decay_epochs={decay}, must be fewer; set both.</source>
<translation>translation.pooled_epochs={pooled}, verteilt über translation.decay_epochs={decay}, müssen weniger sein; geben Sie beide an.</translation>
</message>
<message>
<source>translation.translator cannot be '{translator}'; {nearest_of}.</source>
<translation>translation.translator kann nicht „{translator}“ sein; {nearest_of}.</translation>
</message>
<message>
<source>trigger time</source>
<translation>Triggerzeit</translation>
</message>
<message>
<source>true or false</source>
<translation>true oder false</translation>
</message>
<message>
<source>trying out how fast this computer trains</source>
<translation>es wird ausprobiert, wie schnell dieser Rechner trainiert</translation>
</message>
<message>
<source>turn {turn} of {turns}</source>
<translation>Durchgang {turn} von {turns}</translation>
</message>
<message>
<source>uncertain</source>
<translation>unsicher</translation>
</message>
<message>
<source>unlabelled in a validation or test folder, and so neither trained on nor scored</source>
<translation>ohne Label in einem Validierungs- oder Testordner und dient daher weder zum Training noch zur Bewertung</translation>
</message>
<message>
<source>unlabelled scans such as *_hrT2</source>
<translation>Scans ohne Labels wie *_hrT2</translation>
</message>
<message>
<source>unpack it and give the scan that is in it</source>
<translation>entpacken Sie es und geben Sie den Scan darin an</translation>
</message>
<message>
<source>voxels of {by_axes} mm against {by_axes2} mm, so volumes differ by {abs} %</source>
<translation>Voxel von {by_axes} mm gegenüber {by_axes2} mm, also unterscheiden sich Volumina um {abs} %</translation>
</message>
<message>
<source>waiting for a node that is down or drained or reserved; ask the cluster's people until when</source>
<translation>wartet auf einen Knoten, der ausgefallen, stillgelegt oder reserviert ist; fragen Sie die Betreuer des Clusters, bis wann</translation>
</message>
<message>
<source>waiting for a node that may be reserved for another job</source>
<translation>wartet auf einen Knoten, der vielleicht für einen anderen Job reserviert ist</translation>
</message>
<message>
<source>waiting for another job</source>
<translation>wartet auf einen anderen Job</translation>
</message>
<message>
<source>waiting for its next start</source>
<translation>wartet auf seinen nächsten Start</translation>
</message>
<message>
<source>waiting for its reservation to begin</source>
<translation>wartet auf den Beginn seiner Reservierung</translation>
</message>
<message>
<source>waiting for jobs ahead of it</source>
<translation>wartet auf Jobs vor ihm</translation>
</message>
<message>
<source>waiting for licenses that others use</source>
<translation>wartet auf Lizenzen, die andere benutzen</translation>
</message>
<message>
<source>waiting for nodes that are down or drained or reserved</source>
<translation>wartet auf Knoten, die ausgefallen, gesperrt oder reserviert sind</translation>
</message>
<message>
<source>waiting for nodes that are down or drained or reserved; `scontrol update JobId={number} Partition=...` there moves it to another partition, and `sinfo` there lists them</source>
<translation>wartet auf Knoten, die ausgefallen, gesperrt oder reserviert sind; `scontrol update JobId={number} Partition=...` dort verlegt ihn in eine andere Partition, und `sinfo` dort nennt sie</translation>
</message>
<message>
<source>waiting for other jobs of your account to end (a limit of this cluster)</source>
<translation>wartet auf das Ende anderer Jobs Ihres Kontos (eine Grenze dieses Clusters)</translation>
</message>
<message>
<source>waiting for other jobs of your account to end (a limit of this cluster); if it alone asks for more than that limit it never starts: then stop it and ask for less</source>
<translation>wartet auf das Ende anderer Jobs Ihres Kontos (eine Grenze dieses Clusters); verlangt er allein mehr als diese Grenze, beginnt er nie: Stoppen Sie ihn dann, und verlangen Sie weniger</translation>
</message>
<message>
<source>waiting for others of its array to end (--jobs)</source>
<translation>wartet auf das Ende anderer Teile seines Job-Arrays (--jobs)</translation>
</message>
<message>
<source>waiting for resources</source>
<translation>wartet auf freie Rechner</translation>
</message>
<message>
<source>waiting for the end of maintenance</source>
<translation>wartet auf das Ende der Wartung</translation>
</message>
<message>
<source>waiting for your other jobs to end (a limit of this cluster)</source>
<translation>wartet, bis andere eigene Jobs enden (eine Grenze dieses Clusters)</translation>
</message>
<message>
<source>waiting for your other jobs to end (a limit of this cluster); if it alone asks for more than that limit it never starts: then stop it and ask for less</source>
<translation>wartet, bis andere eigene Jobs enden (eine Grenze dieses Clusters); verlangt er allein mehr als diese Grenze, beginnt er nie: Stoppen Sie ihn dann, und verlangen Sie weniger</translation>
</message>
<message>
<source>waiting in the queue</source>
<translation>wartet in der Warteschlange</translation>
</message>
<message>
<source>waiting until its partition is up</source>
<translation>wartet, bis seine Partition bereit ist</translation>
</message>
<message>
<source>waiting until its partition is up; `scontrol update JobId={number} Partition=...` there moves it to another partition, and `sinfo` there lists them</source>
<translation>wartet, bis seine Partition bereit ist; `scontrol update JobId={number} Partition=...` dort verlegt ihn in eine andere Partition, und `sinfo` dort nennt sie</translation>
</message>
<message>
<source>waiting until your account has time left; ask the cluster's people when that is</source>
<translation>wartet, bis Ihr Konto wieder Zeit hat; fragen Sie die Betreuer des Clusters, wann das ist</translation>
</message>
<message>
<source>warning: every patient has a single scan ({names}); if they are one patient's, say so by --patient NAME.</source>
<translation>Warnung: Jeder Patient hat nur einen Scan ({names}); gehören sie einem Patienten, sagen Sie das mit --patient NAME.</translation>
</message>
<message>
<source>what was written of the network's doubt does not tell this part of the tumour, and is left out</source>
<translation>was vom Zweifel des Netzes geschrieben wurde, sagt nichts über diesen Teil des Tumors und bleibt weg</translation>
</message>
<message>
<source>which alone says where the scan lies</source>
<translation>die allein sagt, wo der Scan liegt</translation>
</message>
<message>
<source>whose axes are at right angles</source>
<translation>deren Achsen rechtwinklig sind</translation>
</message>
<message>
<source>without a description</source>
<translation>ohne Beschreibung</translation>
</message>
<message>
<source>without a word</source>
<translation>ohne ein Wort</translation>
</message>
<message>
<source>write it as NIfTI (niftiwrite in MATLAB)</source>
<translation>schreiben Sie sie als NIfTI (niftiwrite in MATLAB)</translation>
</message>
<message>
<source>write the scan as NIfTI or NRRD</source>
<translation>schreiben Sie den Scan als NIfTI oder NRRD</translation>
</message>
<message>
<source>write the scan as NIfTI, with nibabel</source>
<translation>schreiben Sie den Scan mit nibabel als NIfTI</translation>
</message>
<message>
<source>xz -d --format=lzma &lt;</source>
<translation>xz -d --format=lzma &lt;</translation>
</message>
<message>
<source>{again} in each of {iterations} self-training iteration</source>
<translation>{again} in {iterations} Runde des Selbsttrainings</translation>
</message>
<message>
<source>{again} in each of {iterations} self-training iterations</source>
<translation>{again} in jeder von {iterations} Runden des Selbsttrainings</translation>
</message>
<message>
<source>{apart} minute ahead; times that are shown are its own</source>
<translation>{apart} Minute voraus; gezeigte Zeiten sind seine eigenen</translation>
</message>
<message>
<source>{apart} minute behind; times that are shown are its own</source>
<translation>{apart} Minute zurück; gezeigte Zeiten sind seine eigenen</translation>
</message>
<message>
<source>{apart} minutes ahead; times that are shown are its own</source>
<translation>{apart} Minuten voraus; gezeigte Zeiten sind seine eigenen</translation>
</message>
<message>
<source>{apart} minutes behind; times that are shown are its own</source>
<translation>{apart} Minuten zurück; gezeigte Zeiten sind seine eigenen</translation>
</message>
<message>
<source>{case}: prediction and reference are not on one grid ({differences}); predict on the scan that the reference was drawn on.</source>
<translation>{case}: Vorhersage und Referenz liegen nicht auf einem Gitter ({differences}); segmentieren Sie den Scan, auf dem die Referenz gezeichnet wurde.</translation>
</message>
<message>
<source>{changed} has the name of {first}, but not its content (and {count} more): it has changed; put the file as it was into {place}.</source>
<translation>{changed} heißt wie {first}, hat aber nicht dessen Inhalt (und {count} weitere): Die Datei wurde geändert; legen Sie die unveränderte Datei nach {place}.</translation>
</message>
<message>
<source>{changed} has the name of {first}, but not its content: it has changed; put the file as it was into {place}.</source>
<translation>{changed} heißt wie {first}, hat aber nicht dessen Inhalt: Die Datei wurde geändert; legen Sie die unveränderte Datei nach {place}.</translation>
</message>
<message>
<source>{contradiction}: give the right one by --date</source>
<translation>{contradiction}: geben Sie das richtige mit --date an</translation>
</message>
<message>
<source>{count} DICOM {plural} left out.</source>
<translation>{count} DICOM-Objekte ausgelassen: {plural}.</translation>
</message>
<message>
<source>{count} files are empty or no DICOM in spite of the name ({wrong}); copy again what is a slice.</source>
<translation>{count} Dateien sind trotz ihres Namens leer oder kein DICOM ({wrong}); kopieren Sie noch einmal, was eine Schicht ist.</translation>
</message>
<message>
<source>{count} files were left out, such as {files}: they are no scans by their names.</source>
<translation>{count} Dateien wurden ausgelassen, etwa {files}: Ihren Namen nach sind sie keine Scans.</translation>
</message>
<message>
<source>{count} of {count2} task: {waits}</source>
<translation>{count} von {count2} Teil: {waits}</translation>
</message>
<message>
<source>{count} of {count2} tasks: {waits}</source>
<translation>{count} von {count2} Teilen: {waits}</translation>
</message>
<message>
<source>{count} scans were left out, such as {paths}: each is {why}.</source>
<translation>{count} Scans wurden ausgelassen, etwa {paths}: jeder ist {why}.</translation>
</message>
<message>
<source>{count} task at work</source>
<translation>{count} Teil arbeitet</translation>
</message>
<message>
<source>{count} tasks at work</source>
<translation>{count} Teile arbeiten</translation>
</message>
<message>
<source>{count} that do not translate</source>
<translation>{count}, die nicht übersetzen</translation>
</message>
<message>
<source>{count} that translate</source>
<translation>{count}, die übersetzen</translation>
</message>
<message>
<source>{device_name} has too little free memory to train the translator; lower translation.batch_size (now {batch_size}) or end other programs that use it.</source>
<translation>{device_name} hat zu wenig freien Speicher, um die Bildübersetzung zu trainieren; senken Sie translation.batch_size (jetzt {batch_size}), oder beenden Sie andere Programme, die ihn nutzen.</translation>
</message>
<message>
<source>{done} of {count} scans of {folder} are done. What was begun on {place} is fetched from there by the same command, and `stop {folder}` ends it.</source>
<translation>{done} von {count} Scans von {folder} sind fertig. Was auf {place} begonnen wurde, holt derselbe Befehl von dort, und `stop {folder}` beendet es.</translation>
</message>
<message>
<source>{epochs} of the segmenter</source>
<translation>{epochs} des Segmentierungsnetzes</translation>
</message>
<message>
<source>{epochs} of the segmenter, which sees the scans no finer than {finest_spacing} mm</source>
<translation>{epochs} des Segmentierungsnetzes, das die Scans nicht feiner als {finest_spacing} mm sieht</translation>
</message>
<message>
<source>{error} The work there goes on; trying again.</source>
<translation>{error} Die Arbeit dort geht weiter; es wird wieder versucht.</translation>
</message>
<message>
<source>{error} Trying again.</source>
<translation>{error} Es wird noch einmal versucht.</translation>
</message>
<message>
<source>{error} What was begun on {place}, in {folder}, may go on there.</source>
<translation>{error} Was auf {place} in {folder} begonnen wurde, läuft dort vielleicht weiter.</translation>
</message>
<message>
<source>{error} What was sent to {name} stays in {there} until a later `segment --on` removes it.</source>
<translation>{error} Was an {name} gesendet wurde, bleibt in {there}, bis ein späteres `segment --on` es entfernt.</translation>
</message>
<message>
<source>{error} {word} begins as an option does; if a file is meant, write it as {path}.</source>
<translation>{error} {word} beginnt wie eine Option; wenn Sie eine Datei meinen, schreiben Sie {path}.</translation>
</message>
<message>
<source>{error}. What follows is as it was last known.</source>
<translation>{error}. Was folgt, ist der zuletzt bekannte Stand.</translation>
</message>
<message>
<source>{experiment} is no folder of `segment --on`, which alone are deleted.</source>
<translation>{experiment} ist kein Ordner von `segment --on`; nur solche werden gelöscht.</translation>
</message>
<message>
<source>{filename} could not be used ({why}); check its permissions and its disk.</source>
<translation>{filename} ließ sich nicht verwenden ({why}); prüfen Sie die Zugriffsrechte und die Platte.</translation>
</message>
<message>
<source>{files} and its reference {files2} are not on one grid ({differences}); predict on the scan that the reference was drawn on.</source>
<translation>{files} und die Referenz {files2} liegen nicht auf einem Gitter ({differences}); segmentieren Sie den Scan, auf dem die Referenz gezeichnet wurde.</translation>
</message>
<message>
<source>{files} is a mosaic, which has no slices that a DICOM result could lie on; write a .seg.nrrd alone.</source>
<translation>{files} ist ein Mosaik und hat keine Schichten, auf denen ein DICOM-Ergebnis liegen könnte; schreiben Sie nur eine .seg.nrrd.</translation>
</message>
<message>
<source>{file} cannot be read: it is damaged or cut short; copy it again from its source.</source>
<translation>{file} kann nicht gelesen werden: Die Datei ist beschädigt oder abgeschnitten; kopieren Sie sie noch einmal von ihrer Quelle.</translation>
</message>
<message>
<source>{file} has sagittal slices, and its scan is not found, so that nothing tells the patient's left from right; give the folder of its DICOM series, as --scans DIR.</source>
<translation>{file} hat sagittale Schichten, und der Scan dazu wurde nicht gefunden, sodass links und rechts nicht zu unterscheiden sind; geben Sie den Ordner seiner DICOM-Serie an, als --scans DIR.</translation>
</message>
<message>
<source>{file} is a damaged DICOM file; copy it again from its source, or remove it.</source>
<translation>{file} ist eine beschädigte DICOM-Datei; kopieren Sie sie noch einmal von ihrer Quelle, oder entfernen Sie sie.</translation>
</message>
<message>
<source>{file} is a mosaic of Siemens' whose private fields are missing or damaged; export it as single slices.</source>
<translation>{file} ist ein Mosaik von Siemens, dessen private Felder fehlen oder beschädigt sind; exportieren Sie es als einzelne Schichten.</translation>
</message>
<message>
<source>{file} is a mosaic of Siemens'. {missing_packages}</source>
<translation>{file} ist ein Mosaik von Siemens. {missing_packages}</translation>
</message>
<message>
<source>{file} is compressed in a way that cannot be read ({name}), or damaged; export it uncompressed (Explicit VR Little Endian), or install a decoder with: pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg</source>
<translation>{file} ist auf eine Art komprimiert, die nicht gelesen werden kann ({name}), oder beschädigt; exportieren Sie es unkomprimiert (Explicit VR Little Endian), oder installieren Sie einen Decoder mit: pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg</translation>
</message>
<message>
<source>{file} is damaged; remove it, or segment the scan again with --uncertainty.</source>
<translation>{file} ist beschädigt; entfernen Sie die Datei, oder segmentieren Sie den Scan noch einmal mit --uncertainty.</translation>
</message>
<message>
<source>{file} is given twice; give it once.</source>
<translation>{file} ist zweimal angegeben; geben Sie die Datei einmal an.</translation>
</message>
<message>
<source>{file} lacks {lacking}, to which a DICOM result has to refer; export the scan again.</source>
<translation>{file} fehlt {lacking}, worauf sich ein DICOM-Ergebnis beziehen muss; exportieren Sie den Scan noch einmal.</translation>
</message>
<message>
<source>{file} should tell the scan's date and cannot be read; repair it or move it away.</source>
<translation>{file} sollte das Datum des Scans enthalten und ist nicht lesbar; reparieren Sie die Datei, oder legen Sie sie woandershin.</translation>
</message>
<message>
<source>{file} was left out: it is no scan by its name.</source>
<translation>{file} wurde ausgelassen: Dem Namen nach ist es kein Scan.</translation>
</message>
<message>
<source>{file}: nothing tells when this scan was made; {format}.</source>
<translation>{file}: Nichts sagt, wann dieser Scan gemacht wurde; {format}.</translation>
</message>
<message>
<source>{file}: nothing tells whose scan this is; name the patient, as --patient NAME.</source>
<translation>{file}: Nichts sagt, wessen Scan das ist; nennen Sie den Patienten mit --patient NAME.</translation>
</message>
<message>
<source>{file}: {day} ({source}) is in the future; {format}.</source>
<translation>{file}: {day} ({source}) liegt in der Zukunft; {format}.</translation>
</message>
<message>
<source>{first} (and {count} more) is neither where it was nor, under any name, in {place}; put it there, or name the folder that holds it.</source>
<translation>{first} (und {count} weitere) ist weder am alten Platz noch unter irgendeinem Namen in {place}; legen Sie es dorthin, oder geben Sie den Ordner an, in dem es liegt.</translation>
</message>
<message>
<source>{first} is neither where it was nor, under any name, in {place}; put it there, or name the folder that holds it.</source>
<translation>{first} ist weder am alten Platz noch unter irgendeinem Namen in {place}; legen Sie es dorthin, oder geben Sie den Ordner an, in dem es liegt.</translation>
</message>
<message>
<source>{folder} (and {count} more) is gone and is made again.</source>
<translation>{folder} (und {count} weitere) ist verschwunden und wird neu erzeugt.</translation>
</message>
<message>
<source>{folder} (and {count} more) was overwritten by an earlier stage and is made again.</source>
<translation>{folder} (und {count} weitere) wurde von einem früheren Schritt überschrieben und wird neu erzeugt.</translation>
</message>
<message>
<source>{folder} cannot be listed ({strerror}); check its permissions.</source>
<translation>{folder} lässt sich nicht auflisten ({strerror}); prüfen Sie die Zugriffsrechte.</translation>
</message>
<message>
<source>{folder} cannot be written (no permission); choose another output folder or change its permissions.</source>
<translation>In {folder} lässt sich nicht schreiben (keine Berechtigung); wählen Sie einen anderen Ausgabeordner, oder ändern Sie die Zugriffsrechte.</translation>
</message>
<message>
<source>{folder} cannot be written ({existing} is a file); choose another output folder or change its permissions.</source>
<translation>In {folder} lässt sich nicht schreiben ({existing} ist eine Datei); wählen Sie einen anderen Ausgabeordner, oder ändern Sie die Zugriffsrechte.</translation>
</message>
<message>
<source>{folder} cannot be written ({strerror}); choose another output folder or change its permissions.</source>
<translation>In {folder} lässt sich nicht schreiben ({strerror}); wählen Sie einen anderen Ausgabeordner, oder ändern Sie die Zugriffsrechte.</translation>
</message>
<message>
<source>{folder} cannot be written ({strerror}); set CROSSMODA_MODELS to another folder.</source>
<translation>In {folder} lässt sich nicht schreiben ({strerror}); setzen Sie CROSSMODA_MODELS auf einen anderen Ordner.</translation>
</message>
<message>
<source>{folder} does not exist; give a folder of label maps or one label map.</source>
<translation>{folder} gibt es nicht; geben Sie einen Ordner von Labelkarten oder eine Labelkarte an.</translation>
</message>
<message>
<source>{folder} has no NIfTI, NRRD or MetaImage file; give the folder of the label maps.</source>
<translation>{folder} hat keine NIfTI-, NRRD- oder MetaImage-Datei; geben Sie den Ordner der Labelkarten an.</translation>
</message>
<message>
<source>{folder} has no scans named *_{suffix}; give one of {kinds_of} as {option}.</source>
<translation>{folder} hat keine Scans namens *_{suffix}; geben Sie eines von {kinds_of} als {option} an.</translation>
</message>
<message>
<source>{folder} has no worker elsewhere that could be followed; leave --follow out.</source>
<translation>{folder} hat kein Training anderswo, das zu verfolgen wäre; lassen Sie --follow weg.</translation>
</message>
<message>
<source>{folder} has no {lacking}_{ending}; add it, or remove all files of case {lacking}.</source>
<translation>{folder} hat kein {lacking}_{ending}; fügen Sie es hinzu, oder entfernen Sie alle Dateien des Falls {lacking}.</translation>
</message>
<message>
<source>{folder} has scans of several kinds ({there}); say which are meant, as {option} {there2}, or name them by a pattern, as "{pattern}".</source>
<translation>{folder} hat Scans mehrerer Arten ({there}); geben Sie an, welche gemeint sind, etwa {option} {there2}, oder nennen Sie sie durch ein Muster, etwa "{pattern}".</translation>
</message>
<message>
<source>{folder} has the channels {there}; say which one is meant, as {option} {first}, or name the images by a pattern, as "{pattern}".</source>
<translation>{folder} hat die Kanäle {there}; geben Sie an, welcher gemeint ist, etwa {option} {first}, oder nennen Sie die Bilder durch ein Muster, etwa "{pattern}".</translation>
</message>
<message>
<source>{folder} has two files of {case}, {name} and {name2}; keep the one that is to be scored.</source>
<translation>{folder} hat zwei Dateien zu {case}, {name} und {name2}; behalten Sie die, die bewertet werden soll.</translation>
</message>
<message>
<source>{folder} holds no images named as nnU-Net's, CASE_0000{ending}; name them so, or correct file_ending in {record}.</source>
<translation>{folder} enthält keine Bilder mit Namen wie bei nnU-Net, CASE_0000{ending}; benennen Sie die Dateien so, oder berichtigen Sie file_ending in {record}.</translation>
</message>
<message>
<source>{folder} holds no scans (NIfTI, NRRD or MetaImage files); leave it out, or name the scans, as "DIR/*/T2.nii.gz".</source>
<translation>{folder} enthält keine Scans (NIfTI-, NRRD- oder MetaImage-Dateien); lassen Sie den Ordner weg, oder nennen Sie die Scans, etwa "DIR/*/T2.nii.gz".</translation>
</message>
<message>
<source>{folder} holds no scans (NIfTI, NRRD or MetaImage files); {where_they_may_be}.</source>
<translation>{folder} enthält keine Scans (NIfTI-, NRRD- oder MetaImage-Dateien); {where_they_may_be}.</translation>
</message>
<message>
<source>{folder} holds no scans (NIfTI, NRRD, DICOM, ...): {removeprefix}</source>
<translation>{folder} enthält keine Scans (NIfTI, NRRD, DICOM, ...): {removeprefix}</translation>
</message>
<message>
<source>{folder} holds no scans (NIfTI, NRRD, DICOM, ...); for a folder a patient give a pattern, as "{pattern}".</source>
<translation>{folder} enthält keine Scans (NIfTI, NRRD, DICOM, ...); geben Sie bei einem Ordner je Patient ein Muster an, etwa „{pattern}“.</translation>
</message>
<message>
<source>{folder} holds no scans (NIfTI, NRRD, DICOM, ...); give the folder in which they lie directly.</source>
<translation>{folder} enthält keine Scans (NIfTI, NRRD, DICOM, ...); geben Sie den Ordner an, in dem sie direkt liegen.</translation>
</message>
<message>
<source>{folder} holds no scans named as crossMoDA's (*_ceT1, *_hrT2 or *_T2, in NIfTI, NRRD or MetaImage files); {data_set}.</source>
<translation>{folder} enthält keine Scans mit Namen wie bei crossMoDA (*_ceT1, *_hrT2 oder *_T2, in NIfTI-, NRRD- oder MetaImage-Dateien); {data_set}.</translation>
</message>
<message>
<source>{folder} holds other files ({foreign}) and no experiment; name a new or empty folder.</source>
<translation>{folder} enthält andere Dateien ({foreign}) und kein Experiment; geben Sie einen neuen oder leeren Ordner an.</translation>
</message>
<message>
<source>{folder} holds other files ({foreign}, ...) and no experiment; name a new or empty folder.</source>
<translation>{folder} enthält andere Dateien ({foreign}, ...) und kein Experiment; geben Sie einen neuen oder leeren Ordner an.</translation>
</message>
<message>
<source>{folder} holds {count} scans ({names}); say which of them are meant, as "{pattern}".</source>
<translation>{folder} enthält {count} Scans ({names}); geben Sie an, welche davon gemeint sind, etwa "{pattern}".</translation>
</message>
<message>
<source>{folder} is a BIDS data set; give a pattern, as "{pattern}".</source>
<translation>{folder} ist ein BIDS-Datensatz; geben Sie ein Muster an, etwa "{pattern}".</translation>
</message>
<message>
<source>{folder} is a file and its counterpart is not; give two folders or two files.</source>
<translation>{folder} ist eine Datei und das Gegenstück nicht; geben Sie zwei Ordner oder zwei Dateien an.</translation>
</message>
<message>
<source>{folder} is a file; give the folder that holds the scans.</source>
<translation>{folder} ist eine Datei; geben Sie den Ordner an, der die Scans enthält.</translation>
</message>
<message>
<source>{folder} is a file; name a folder instead.</source>
<translation>{folder} ist eine Datei; geben Sie stattdessen einen Ordner an.</translation>
</message>
<message>
<source>{folder} is a raw data set of nnU-Net's; give its folder of images, {folder2}.</source>
<translation>{folder} ist ein Rohdatensatz von nnU-Net; geben Sie seinen Bilderordner an, {folder2}.</translation>
</message>
<message>
<source>{folder} is another experiment: it was begun with other scans; give the same again, or another output folder.</source>
<translation>{folder} ist ein anderes Experiment: Es wurde mit anderen Bildern begonnen; geben Sie dieselben wieder an oder einen anderen Ausgabeordner.</translation>
</message>
<message>
<source>{folder} is another experiment: it was started with preset={preset}, not {preset2}; give the same again, or another output folder.</source>
<translation>{folder} ist ein anderes Experiment: Es wurde mit preset={preset} gestartet, nicht {preset2}; geben Sie dasselbe erneut an oder einen anderen Ordner.</translation>
</message>
<message>
<source>{folder} is another experiment: {differs}; give the same again, or another output folder.</source>
<translation>{folder} ist ein anderes Experiment: {differs}; geben Sie dasselbe erneut an oder einen anderen Ordner.</translation>
</message>
<message>
<source>{folder} is being worked on by another machine; kill the worker there.</source>
<translation>An {folder} arbeitet ein anderer Rechner; beenden Sie die Arbeit dort.</translation>
</message>
<message>
<source>{folder} is being worked on by {holder}; wait for it or stop it first.</source>
<translation>{folder} ist in Arbeit ({holder}); warten Sie darauf, oder halten Sie es zuerst an.</translation>
</message>
<message>
<source>{folder} is damaged or cannot be read ({error}); restore it, or start in a new folder.</source>
<translation>{folder} ist beschädigt oder nicht lesbar ({error}); stellen Sie die Datei wieder her, oder beginnen Sie in einem neuen Ordner.</translation>
</message>
<message>
<source>{folder} is gone and is made again.</source>
<translation>{folder} ist verschwunden und wird neu erzeugt.</translation>
</message>
<message>
<source>{folder} is gone from that computer; run the same command again.</source>
<translation>{folder} ist auf jenem Rechner nicht mehr da; führen Sie denselben Befehl noch einmal aus.</translation>
</message>
<message>
<source>{folder} is gone from that computer; start again in a new folder.</source>
<translation>{folder} ist auf jenem Rechner verschwunden; beginnen Sie in einem neuen Ordner neu.</translation>
</message>
<message>
<source>{folder} is gone: it was moved or deleted, or its disk is not there; bring it back, then go on (the same command, or Resume in the panel).</source>
<translation>{folder} ist verschwunden: verschoben, gelöscht, oder die Platte fehlt; holen Sie den Ordner zurück, und machen Sie dann mit Fortsetzen weiter.</translation>
</message>
<message>
<source>{folder} is no BIDS data set: it has no scans in sub-*/anat or sub-*/ses-*/anat; give the folder in which the sub-* folders lie.</source>
<translation>{folder} ist kein BIDS-Datensatz: Er hat keine Scans in sub-*/anat oder sub-*/ses-*/anat; geben Sie den Ordner an, in dem die sub-*-Ordner liegen.</translation>
</message>
<message>
<source>{folder} is no experiment folder, study folder or output folder of `segment --on`; check the path.</source>
<translation>{folder} ist weder ein Experiment- noch ein Studienordner noch ein Ausgabeordner von `segment --on`; prüfen Sie den Pfad.</translation>
</message>
<message>
<source>{folder} is no folder; check the path.</source>
<translation>{folder} ist kein Ordner; prüfen Sie den Pfad.</translation>
</message>
<message>
<source>{folder} is no folder; give the folder of a BIDS data set.</source>
<translation>{folder} ist kein Ordner; geben Sie den Ordner eines BIDS-Datensatzes an.</translation>
</message>
<message>
<source>{folder} is no raw data set of nnU-Net's: it has no dataset.json; {do}.</source>
<translation>{folder} ist kein Rohdatensatz von nnU-Net: Ihm fehlt dataset.json; {do}.</translation>
</message>
<message>
<source>{folder} is not an experiment folder: it has no experiment.json; check the path.</source>
<translation>{folder} ist kein Experimentordner: experiment.json fehlt; prüfen Sie den Pfad.</translation>
</message>
<message>
<source>{folder} is on a disk without file locks; choose an output folder on another disk.</source>
<translation>{folder} liegt auf einer Platte ohne Dateisperren; wählen Sie einen Ordner auf einer anderen Platte.</translation>
</message>
<message>
<source>{folder} no longer tells where its worker runs (place.json is gone); restore it.</source>
<translation>{folder} sagt nicht mehr, wo das Training läuft (place.json ist weg); stellen Sie die Datei wieder her.</translation>
</message>
<message>
<source>{folder} runs on {place}, not on {place2}; give --on {place}, or another output folder.</source>
<translation>{folder} läuft auf {place}, nicht auf {place2}; geben Sie --on {place} an oder einen anderen Ordner.</translation>
</message>
<message>
<source>{folder} was begun on this computer and goes on here; leave --on out, or name another output folder.</source>
<translation>{folder} wurde auf diesem Rechner begonnen und geht hier weiter; lassen Sie --on weg, oder nennen Sie einen anderen Ordner.</translation>
</message>
<message>
<source>{folder} was overwritten by an earlier stage and is made again.</source>
<translation>{folder} wurde von einem früheren Schritt überschrieben und wird neu erzeugt.</translation>
</message>
<message>
<source>{folder}: {names} and {count} more left out: each is {why}.</source>
<translation>{folder}: {names} und {count} weitere weggelassen, jeweils {why}.</translation>
</message>
<message>
<source>{folder}: {names} and {count} more left out: it is {why}.</source>
<translation>{folder}: {names} und {count} weitere weggelassen: {why}.</translation>
</message>
<message>
<source>{folder}: {names} left out: each is {why}.</source>
<translation>{folder}: {names} weggelassen, jeweils {why}.</translation>
</message>
<message>
<source>{folder}: {names} left out: it is {why}.</source>
<translation>{folder}: {names} weggelassen: {why}.</translation>
</message>
<message>
<source>{format} `stop {output}` ends it.</source>
<translation>{format} `stop {output}` beendet es.</translation>
</message>
<message>
<source>{found} ({python}); 3.11 to 3.13 is needed: name one with `place add --python`</source>
<translation>{found} ({python}); gebraucht wird 3.11 bis 3.13: Nennen Sie mit `place add --python` eines</translation>
</message>
<message>
<source>{found} GB free</source>
<translation>{found} GB frei</translation>
</message>
<message>
<source>{found} GB free; make room before a long training</source>
<translation>{found} GB frei; schaffen Sie vor einem langen Training Platz</translation>
</message>
<message>
<source>{found} can be written</source>
<translation>{found} ist beschreibbar</translation>
</message>
<message>
<source>{given} is no setting any more and always '{retired}'; leave it out.</source>
<translation>{given} ist keine Einstellung mehr und immer „{retired}“; lassen Sie das weg.</translation>
</message>
<message>
<source>{image} has no label map; add one named as {id}_Label.nii.gz, or remove the image.</source>
<translation>{image} hat keine Labelkarte; fügen Sie eine namens {id}_Label.nii.gz hinzu, oder entfernen Sie das Bild.</translation>
</message>
<message>
<source>{image} has several masks, one a structure ({masks}); join them into one label map with a number for each, named *_dseg.</source>
<translation>{image} hat mehrere Masken, eine je Struktur ({masks}); vereinigen Sie sie zu einer Labelkarte mit einer Zahl für jede, deren Name auf _dseg endet.</translation>
</message>
<message>
<source>{image} is blank: every voxel is {low}; remove the case or export it again.</source>
<translation>{image} ist leer: Jeder Voxel ist {low}; entfernen Sie den Fall, oder exportieren Sie ihn erneut.</translation>
</message>
<message>
<source>{image} is scored against {label}, which lies in another folder.</source>
<translation>{image} wird gegen {label} bewertet, das in einem anderen Ordner liegt.</translation>
</message>
<message>
<source>{key} cannot be '{parsed}'; {nearest_of}.</source>
<translation>{key} kann nicht „{parsed}“ sein; {nearest_of}.</translation>
</message>
<message>
<source>{key} names '{name}', which is not a structure; {meant}.</source>
<translation>{key} nennt „{name}“, das keine Struktur ist; {meant}.</translation>
</message>
<message>
<source>{key} names '{name}', which is not a structure; {meant}; write names that hold a comma as JSON.</source>
<translation>{key} nennt „{name}“, das keine Struktur ist; {meant}; schreiben Sie Namen mit Komma als JSON.</translation>
</message>
<message>
<source>{key}={value} is not a multiple of {limits}; the nearest allowed value is {nearest}.</source>
<translation>{key}={value} ist kein Vielfaches von {limits}; der nächste erlaubte Wert ist {nearest}.</translation>
</message>
<message>
<source>{key}={value} is not a number.</source>
<translation>{key}={value} ist keine Zahl.</translation>
</message>
<message>
<source>{key}={value} is not {wanted}.</source>
<translation>{key}={value} ist nicht {wanted}.</translation>
</message>
<message>
<source>{key}={value} is outside {limits} to {limits2}; the nearest allowed value is {nearest}.</source>
<translation>{key}={value} liegt außerhalb von {limits} bis {limits2}; der nächste erlaubte Wert ist {nearest}.</translation>
</message>
<message>
<source>{labels} does not lie on {source}; delete both, so that the scans are cut into slices again.</source>
<translation>{labels} passt nicht auf {source}; löschen Sie beide, damit die Scans neu in Schichten zerlegt werden.</translation>
</message>
<message>
<source>{labels} of the {cases} labels it was trained on show</source>
<translation>{labels} der {cases} Trainings-Labels es zeigen</translation>
</message>
<message>
<source>{labels} of the {cases} labels it was trained on shows</source>
<translation>{labels} der {cases} Trainings-Labels es zeigt</translation>
</message>
<message>
<source>{label} holds the unknown value {first_three}; {how_to_name}.</source>
<translation>{label} enthält den unbekannten Wert {first_three}; {how_to_name}.</translation>
</message>
<message>
<source>{label} holds the unknown values {first_three}; {how_to_name}.</source>
<translation>{label} enthält die unbekannten Werte {first_three}; {how_to_name}.</translation>
</message>
<message>
<source>{label} is empty: no voxel belongs to a structure.</source>
<translation>{label} ist leer: Kein Voxel gehört zu einer Struktur.</translation>
</message>
<message>
<source>{label} is not on the grid of its image {name}: {differences}; {how_to_match}.</source>
<translation>{label} liegt nicht auf dem Gitter ihres Bildes {name}: {differences}; {how_to_match}.</translation>
</message>
<message>
<source>{label} was made by another model; add --overwrite to make it anew, or name another output folder.</source>
<translation>{label} stammt von einem anderen Modell; geben Sie --overwrite an, um es neu zu machen, oder nennen Sie einen anderen Ausgabeordner.</translation>
</message>
<message>
<source>{lacking} for {name} could not be made here ({failed}).</source>
<translation>{lacking} für {name} konnte hier nicht gebaut werden ({failed}).</translation>
</message>
<message>
<source>{lacking} has no {kind} for {absent} and {count} more; add what is missing or remove the counterpart from {having}.</source>
<translation>In {lacking} fehlt zu {absent} und {count} weiteren das Gegenstück ({kind}); ergänzen Sie Fehlendes, oder entfernen Sie das Gegenstück aus {having}.</translation>
</message>
<message>
<source>{lacking} has no {kind} for {absent}; add what is missing or remove the counterpart from {having}.</source>
<translation>In {lacking} fehlt zu {absent} das Gegenstück ({kind}); ergänzen Sie Fehlendes, oder entfernen Sie das Gegenstück aus {having}.</translation>
</message>
<message>
<source>{lacking} has to be compiled on {name}, which needs a way to the internet; name a Python there that has the packages with `place add --python`.</source>
<translation>{lacking} muss auf {name} übersetzt werden, was einen Weg ins Internet braucht; nennen Sie mit `place add --python` ein Python dort, das die Pakete hat.</translation>
</message>
<message>
<source>{lacking}: missing or unfit; run `place install {name}`</source>
<translation>{lacking}: fehlt oder passt nicht; `place install {name}` hilft</translation>
</message>
<message>
<source>{left} MB left to send</source>
<translation>noch {left} MB zu senden</translation>
</message>
<message>
<source>{limits} ml on {day}; no tumour on {day2}.</source>
<translation>{limits} ml am {day}; kein Tumor am {day2}.</translation>
</message>
<message>
<source>{limits} ml on {day}; {signed} since {day2}: {value}.</source>
<translation>{limits} ml am {day}; {signed} seit {day2}: {value}.</translation>
</message>
<message>
<source>{missing} not found there; name the cluster's login node, or leave --slurm out</source>
<translation>{missing} dort nicht gefunden; nennen Sie den Anmelderechner des Clusters, oder lassen Sie --slurm weg</translation>
</message>
<message>
<source>{model} does not exist; name an experiment folder, a model package or an imported model.</source>
<translation>{model} gibt es nicht; geben Sie einen Experimentordner, ein Modellpaket oder ein importiertes Modell an.</translation>
</message>
<message>
<source>{model} holds no trained image translator; give an experiment folder whose translation stage is complete.</source>
<translation>{model} enthält keine trainierte Bildübersetzung; geben Sie einen Experimentordner an, dessen Übersetzung fertig ist.</translation>
</message>
<message>
<source>{model} holds no trained segmenter; run the experiment until iteration 0 is done, or name another folder.</source>
<translation>{model} enthält kein trainiertes Segmentierungsnetz; lassen Sie das Experiment laufen, bis Runde 0 fertig ist, oder geben Sie einen anderen Ordner an.</translation>
</message>
<message>
<source>{model} is a file, not a folder; import it first if it is a model package, or name an experiment folder.</source>
<translation>{model} ist eine Datei, kein Ordner; importieren Sie ein Modellpaket zuerst, oder geben Sie einen Experimentordner an.</translation>
</message>
<message>
<source>{names} and the others are no scans (NIfTI, NRRD or MetaImage files); name the scans, as "DIR/*/T2.nii.gz".</source>
<translation>{names} und die anderen sind keine Scans (NIfTI-, NRRD- oder MetaImage-Dateien); nennen Sie die Scans, etwa "DIR/*/T2.nii.gz".</translation>
</message>
<message>
<source>{name} (acq_time)</source>
<translation>{name} (acq_time)</translation>
</message>
<message>
<source>{name} (value {value}) occurs in no label map of the source domain; if that is meant, leave it out of the setting labels.</source>
<translation>{name} (Wert {value}) kommt in keiner Labelkarte der Quelldomäne vor; wenn das so gemeint ist, lassen Sie sie aus der Einstellung labels weg.</translation>
</message>
<message>
<source>{name} ({ssh}) cannot be reached ({last_line}); check the network, the host and its port.</source>
<translation>{name} ({ssh}) ist nicht erreichbar ({last_line}); prüfen Sie das Netz, den Rechner und seinen Port.</translation>
</message>
<message>
<source>{name} answered with an error ({last_line}); see whether `ssh {ssh}` works.</source>
<translation>{name} antwortete mit einem Fehler ({last_line}); sehen Sie nach, ob `ssh {ssh}` geht.</translation>
</message>
<message>
<source>{name} can be reached again.</source>
<translation>{name} ist wieder erreichbar.</translation>
</message>
<message>
<source>{name} has no environment of ours yet; run `place install {name}`.</source>
<translation>{name} hat noch keine Umgebung von uns; `place install {name}` hilft.</translation>
</message>
<message>
<source>{name} has no space left for {folder} (or your share of it is used up); make room, then run the same command again.</source>
<translation>{name} hat keinen Platz mehr für {folder} (oder der eigene Anteil ist aufgebraucht); schaffen Sie Platz, und machen Sie dann mit Fortsetzen weiter.</translation>
</message>
<message>
<source>{name} has no way to the packages; they are sent from here.</source>
<translation>{name} kommt nicht an die Pakete; sie werden von hier gesendet.</translation>
</message>
<message>
<source>{name} has no {python}; install Python 3.11 to 3.13 there, or name it with `place add --python`.</source>
<translation>{name} hat kein {python}; installieren Sie dort Python 3.11 bis 3.13, oder nennen Sie es mit `place add --python`.</translation>
</message>
<message>
<source>{name} is a longer name than the disk takes; choose a shorter one.</source>
<translation>{name} ist ein längerer Name, als die Platte erlaubt; wählen Sie einen kürzeren.</translation>
</message>
<message>
<source>{name} is damaged; get the model again.</source>
<translation>{name} ist beschädigt; besorgen Sie das Modell erneut.</translation>
</message>
<message>
<source>{name} is missing</source>
<translation>{name} fehlt</translation>
</message>
<message>
<source>{name} may not be written or read ({strerror}); change its permissions or choose another folder.</source>
<translation>{name} darf nicht geschrieben oder gelesen werden ({strerror}); ändern Sie die Zugriffsrechte, oder wählen Sie einen anderen Ordner.</translation>
</message>
<message>
<source>{name} takes no {before} jobs at a time; the scans are shared out to {count}.</source>
<translation>{name} nimmt keine {before} Jobs auf einmal; die Scans werden auf {count} verteilt.</translation>
</message>
<message>
<source>{name} was found, but all of it was taken out ({changed} voxels)</source>
<translation>{name} wurde gefunden, aber ganz entfernt ({changed} Voxel)</translation>
</message>
<message>
<source>{name}: self_training.refinement={refinement} would have taken all of it out of at least half of the target cases that show it and left none to learn it from, so nothing was taken out. Look at the pseudo-labels.</source>
<translation>{name}: self_training.refinement={refinement} hätte alles davon aus mindestens der Hälfte der Ziel-Fälle entfernt, die es zeigen, und keinen gelassen, von dem es zu lernen wäre; deshalb wurde nichts entfernt. Bitte die Pseudo-Labels ansehen.</translation>
</message>
<message>
<source>{name}: the check of pseudo-labels (self_training.check_brightness) and self_training.refinement={refinement} would have taken all of it out of at least half of the target cases that show it and left none to learn it from, so nothing was taken out. One of the two, or segmentation.bright_in_target, seems to be wrong of this structure in these scans: look at them.</source>
<translation>{name}: Die Prüfung der Pseudo-Labels (self_training.check_brightness) und self_training.refinement={refinement} hätten alles davon aus mindestens der Hälfte der Ziel-Fälle entfernt, die es zeigen, und keinen gelassen, von dem es zu lernen wäre; deshalb wurde nichts entfernt. Eines von beiden oder segmentation.bright_in_target scheint für diese Struktur in diesen Scans falsch zu sein: Bitte ansehen.</translation>
</message>
<message>
<source>{name}: the check of pseudo-labels (self_training.check_brightness) and self_training.refinement={refinement} would have taken all of it out of at least half of the target cases that show it and left none to learn it from, so nothing was taken out. One of the two, or segmentation.dark_in_target, seems to be wrong of this structure in these scans: look at them.</source>
<translation>{name}: Die Prüfung der Pseudo-Labels (self_training.check_brightness) und self_training.refinement={refinement} hätten alles davon aus mindestens der Hälfte der Ziel-Fälle entfernt, die es zeigen, und keinen gelassen, von dem es zu lernen wäre; deshalb wurde nichts entfernt. Eines von beiden oder segmentation.dark_in_target scheint für diese Struktur in diesen Scans falsch zu sein: Bitte ansehen.</translation>
</message>
<message>
<source>{name}: the check of pseudo-labels (self_training.check_brightness) would have taken all of it out of at least half of the target cases that show it and left none to learn it from, so nothing was taken out. segmentation.bright_in_target seems to be wrong of this structure in these scans: look at them.</source>
<translation>{name}: Die Prüfung der Pseudo-Labels (self_training.check_brightness) hätte alles davon aus mindestens der Hälfte der Ziel-Fälle entfernt, die es zeigen, und keinen gelassen, von dem es zu lernen wäre; deshalb wurde nichts entfernt. segmentation.bright_in_target scheint für diese Struktur in diesen Scans falsch zu sein: Bitte ansehen.</translation>
</message>
<message>
<source>{name}: the check of pseudo-labels (self_training.check_brightness) would have taken all of it out of at least half of the target cases that show it and left none to learn it from, so nothing was taken out. segmentation.dark_in_target seems to be wrong of this structure in these scans: look at them.</source>
<translation>{name}: Die Prüfung der Pseudo-Labels (self_training.check_brightness) hätte alles davon aus mindestens der Hälfte der Ziel-Fälle entfernt, die es zeigen, und keinen gelassen, von dem es zu lernen wäre; deshalb wurde nichts entfernt. segmentation.dark_in_target scheint für diese Struktur in diesen Scans falsch zu sein: Bitte ansehen.</translation>
</message>
<message>
<source>{name}: {strerror}; check the path and the disk, then try again.</source>
<translation>{name}: {strerror}; prüfen Sie Pfad und Platte, und versuchen Sie es dann erneut.</translation>
</message>
<message>
<source>{of_translator} of the translator</source>
<translation>{of_translator} der Bildübersetzung</translation>
</message>
<message>
<source>{option} {asked}: {folder} has the channels {there}; give one of these numbers.</source>
<translation>{option} {asked}: {folder} hat die Kanäle {there}; geben Sie eine dieser Nummern an.</translation>
</message>
<message>
<source>{other} and {path} would both become {names}; give them different names or output folders.</source>
<translation>{other} und {path} würden beide zu {names}; geben Sie ihnen verschiedene Namen oder Ausgabeordner.</translation>
</message>
<message>
<source>{output} does not end in .zip; name the package so.</source>
<translation>{output} endet nicht auf .zip; benennen Sie das Paket so.</translation>
</message>
<message>
<source>{output} exists already; add --overwrite to replace it, or name another file.</source>
<translation>{output} gibt es schon; wählen Sie einen anderen Namen, oder starten Sie erneut, und stimmen Sie zu.</translation>
</message>
<message>
<source>{output} is a file; name a new or an empty folder, or a file that ends in .zip.</source>
<translation>{output} ist eine Datei; nennen Sie einen neuen oder leeren Ordner oder eine Datei, die auf .zip endet.</translation>
</message>
<message>
<source>{output} is a folder; name a file.</source>
<translation>{output} ist ein Ordner; geben Sie eine Datei an.</translation>
</message>
<message>
<source>{output} is named as a file of another kind; name a file that ends in .zip, or a folder.</source>
<translation>{output} heißt wie eine Datei anderer Art; geben Sie eine Datei an, deren Name auf .zip endet, oder einen Ordner.</translation>
</message>
<message>
<source>{output} is not empty; name a new or an empty folder, or a file that ends in .zip.</source>
<translation>{output} ist nicht leer; nennen Sie einen neuen oder leeren Ordner oder eine Datei, die auf .zip endet.</translation>
</message>
<message>
<source>{out} could not be written; check the free space and the permissions of its folder.</source>
<translation>{out} ließ sich nicht schreiben; prüfen Sie freien Platz und Zugriffsrechte des Ordners.</translation>
</message>
<message>
<source>{parent} spreads one scan over several multi-frame files, to which no one DICOM result can refer.</source>
<translation>{parent} verteilt einen Scan auf mehrere Multi-Frame-Dateien, auf die sich kein einzelnes DICOM-Ergebnis beziehen kann.</translation>
</message>
<message>
<source>{paths} was left out: it is {why}.</source>
<translation>{paths} wurde ausgelassen: {why}.</translation>
</message>
<message>
<source>{path} calls a segment '{name}'; by its codes it is taken as {name2}.</source>
<translation>{path} nennt ein Segment „{name}“; nach seinen Codes gilt es als {name2}.</translation>
</message>
<message>
<source>{path} cannot be opened ({strerror}); check its permissions and its disk.</source>
<translation>{path} lässt sich nicht öffnen ({strerror}); prüfen Sie die Zugriffsrechte und die Platte.</translation>
</message>
<message>
<source>{path} cannot be read ({strerror}); check its disk.</source>
<translation>{path} lässt sich nicht lesen ({strerror}); prüfen Sie die Platte.</translation>
</message>
<message>
<source>{path} cannot be read ({strerror}); check its permissions and its disk.</source>
<translation>{path} lässt sich nicht lesen ({strerror}); prüfen Sie die Zugriffsrechte und die Platte.</translation>
</message>
<message>
<source>{path} cannot be read ({strerror}); check the path.</source>
<translation>{path} ist nicht lesbar ({strerror}); prüfen Sie den Pfad.</translation>
</message>
<message>
<source>{path} cannot be read ({why}); copy it again from its source, or remove the case.</source>
<translation>{path} lässt sich nicht lesen ({why}); kopieren Sie die Datei noch einmal von ihrer Quelle, oder entfernen Sie den Fall.</translation>
</message>
<message>
<source>{path} cannot be read as a segmentation; expected a whole .seg.nrrd file.</source>
<translation>{path} lässt sich nicht als Segmentierung lesen; erwartet wird eine vollständige .seg.nrrd-Datei.</translation>
</message>
<message>
<source>{path} claims that its {filename} has {file_size} bytes, more than any model's; do not use it.</source>
<translation>{path} behauptet, {filename} habe {file_size} Bytes, mehr als bei jedem Modell; verwenden Sie es nicht.</translation>
</message>
<message>
<source>{path} claims {by_axes} voxels, more than the {most_voxels} of the largest volume that can be worked on; copy the file again from its source, or crop it.</source>
<translation>{path} behauptet {by_axes} Voxel, mehr als die {most_voxels} des größten Volumens, das sich bearbeiten lässt; kopieren Sie die Datei erneut von der Quelle, oder schneiden Sie sie zu.</translation>
</message>
<message>
<source>{path} claims {by_axes} voxels, more than the {most_voxels} of the largest volume; copy it again or crop it.</source>
<translation>{path} gibt {by_axes} Voxel an, mehr als die {most_voxels} des größten Volumens; kopieren Sie die Datei noch einmal, oder beschneiden Sie sie.</translation>
</message>
<message>
<source>{path} does not end in .seg.nrrd; name a segmentation file so.</source>
<translation>{path} endet nicht auf .seg.nrrd; benennen Sie eine Segmentierungsdatei so.</translation>
</message>
<message>
<source>{path} does not exist or is no file; name a model package.</source>
<translation>{path} gibt es nicht oder ist keine Datei; geben Sie ein Modellpaket an.</translation>
</message>
<message>
<source>{path} does not exist, which {record} lists for case {case}; put it there, or correct the list.</source>
<translation>{path} gibt es nicht, obwohl {record} es für den Fall {case} aufführt; legen Sie die Datei dorthin, oder berichtigen Sie die Liste.</translation>
</message>
<message>
<source>{path} does not exist; check the path.</source>
<translation>{path} gibt es nicht; prüfen Sie den Pfad.</translation>
</message>
<message>
<source>{path} does not fit into memory; free some of it or remove the case.</source>
<translation>{path} passt nicht in den Speicher; machen Sie Speicher frei, oder entfernen Sie den Fall.</translation>
</message>
<message>
<source>{path} does not fit model.json; copy the model again, or, in a translator of your own, mark the settings that shape its network with architecture=True, and train again.</source>
<translation>{path} passt nicht zu model.json; kopieren Sie das Modell erneut, oder kennzeichnen Sie in einem eigenen Bildübersetzer die Einstellungen, die sein Netz formen, mit architecture=True, und trainieren Sie neu.</translation>
</message>
<message>
<source>{path} does not fit the model's plans or is damaged; copy the model again.</source>
<translation>{path} passt nicht zu den Plänen des Modells oder ist beschädigt; kopieren Sie das Modell erneut.</translation>
</message>
<message>
<source>{path} does not say how far its slices lie apart; they are taken as {distance} mm apart, as its nearest frames lie.</source>
<translation>{path} nennt keinen Schichtabstand; angenommen werden {distance} mm wie zwischen den nächsten Schichten darin.</translation>
</message>
<message>
<source>{path} does not say how large its voxels are or how the patient lay; it was read as FreeSurfer does, coronal, 1 mm.</source>
<translation>{path} sagt weder, wie groß die Voxel sind, noch wie der Patient lag; die Datei wurde wie von FreeSurfer gelesen, koronal mit 1 mm.</translation>
</message>
<message>
<source>{path} does not say how large its voxels are; they were taken as 1 mm, so volumes and distances may be wrong.</source>
<translation>{path} sagt nicht, wie groß die Voxel sind; 1 mm wurde angenommen, sodass Volumina und Abstände falsch sein können.</translation>
</message>
<message>
<source>{path} does not say how the patient lay ({why}); its axes were taken as left, posterior, superior, as Slicer does.</source>
<translation>{path} sagt nicht, wie der Patient lag (Header: {why}); die Achsen wurden wie von Slicer als links, hinten, oben angenommen.</translation>
</message>
<message>
<source>{path} exists already and holds no events; name another file for them.</source>
<translation>{path} gibt es schon und enthält keine Ereignisse; nennen Sie eine andere Datei dafür.</translation>
</message>
<message>
<source>{path} exists already; add --overwrite to replace it, or name another output folder.</source>
<translation>{path} gibt es schon; ersetzen Sie die Datei mit --overwrite, oder nennen Sie einen anderen Ausgabeordner.</translation>
</message>
<message>
<source>{path} gives its lengths in {unit}, which is not heeded, as in Slicer: they were taken as mm, so volumes and distances are wrong; convert it, or correct that if they are in mm.</source>
<translation>{path} gibt seine Längen in {unit} an, was wie in Slicer nicht beachtet wird: Sie wurden als mm genommen, sodass Volumina und Abstände falsch sind; wandeln Sie die Datei um, oder berichtigen Sie die Angabe, falls es mm sind.</translation>
</message>
<message>
<source>{path} gives the segment '{name}' the label value {given}, not 1 to {most}; save it again.</source>
<translation>{path} gibt dem Segment „{name}“ den Labelwert {given} statt 1 bis {most}; speichern Sie sie neu.</translation>
</message>
<message>
<source>{path} gives the segments '{other}' and '{name}' the same label value {value}, so that nothing tells their voxels apart; give each a label value of its own.</source>
<translation>{path} gibt den Segmenten „{other}“ und „{name}“ denselben Wert {value}, sodass nichts ihre Voxel unterscheidet; geben Sie jedem einen eigenen Wert.</translation>
</message>
<message>
<source>{path} gives two places; the one by its {name} is its image's and is taken.</source>
<translation>{path} gibt zwei Lagen an; die nach der {name} ist die des Bildes und wird genommen.</translation>
</message>
<message>
<source>{path} has a damaged header: {what}; copy the file again from its source, or export it again.</source>
<translation>{path} hat einen beschädigten Dateikopf: {what}; kopieren Sie die Datei erneut von der Quelle, oder exportieren Sie sie erneut.</translation>
</message>
<message>
<source>{path} has a name that is not valid text (UTF-8), which cannot be used; rename it.</source>
<translation>{path} hat einen Namen, der kein gültiger Text (UTF-8) ist und sich nicht verwenden lässt; benennen Sie die Datei um.</translation>
</message>
<message>
<source>{path} has an axis without a direction and does not say what it is (kinds), so that no program of ITK's reads it; save the one volume of it that is meant as a file of its own.</source>
<translation>{path} hat eine Achse ohne Richtung und sagt nicht, was sie ist (kinds), sodass kein Programm mit ITK die Datei liest; speichern Sie das eine gemeinte Volumen daraus als eigene Datei.</translation>
</message>
<message>
<source>{path} has an empty segment '{name}', which is no structure and is left out.</source>
<translation>{path} hat ein leeres Segment „{name}“, das keine Struktur ist und weggelassen wird.</translation>
</message>
<message>
<source>{path} has been removed since the experiment began; put it back, name the folder that it was moved to with --scans-moved-to, or start in a new folder.</source>
<translation>{path} wurde seit Beginn des Experiments entfernt; legen Sie die Datei zurück, nennen Sie mit --scans-moved-to den Ordner, in den sie verschoben wurde, oder beginnen Sie in einem neuen Ordner.</translation>
</message>
<message>
<source>{path} has changed since stage {stage} wrote it; put the old file back, or delete it to have it made again (the same command, or Resume in the panel).</source>
<translation>{path} hat sich geändert, seit der Schritt {stage} es schrieb; legen Sie die alte Datei zurück, oder löschen Sie die jetzige, damit Fortsetzen sie neu erzeugt.</translation>
</message>
<message>
<source>{path} has changed since the experiment began; put the old file back or start in a new folder.</source>
<translation>{path} hat sich seit Beginn des Experiments geändert; legen Sie die alte Datei zurück, oder beginnen Sie in einem neuen Ordner.</translation>
</message>
<message>
<source>{path} has changed while it was read; try again.</source>
<translation>{path} hat sich beim Lesen geändert; versuchen Sie es erneut.</translation>
</message>
<message>
<source>{path} has changed while it was sent, or did not arrive whole; run the same command again.</source>
<translation>{path} hat sich beim Senden geändert oder kam nicht ganz an; machen Sie mit Fortsetzen weiter.</translation>
</message>
<message>
<source>{path} has complex numbers as voxels; expected a scalar image; save their magnitude as a file of its own.</source>
<translation>{path} hat komplexe Zahlen als Voxel; erwartet wird ein skalares Bild; speichern Sie deren Betrag als eigene Datei.</translation>
</message>
<message>
<source>{path} has frames at uneven distances, which make no grid; export it as .seg.nrrd.</source>
<translation>{path} hat Frames in ungleichen Abständen, die kein Gitter ergeben; exportieren Sie es als .seg.nrrd.</translation>
</message>
<message>
<source>{path} has frames in several planes, which make no grid; export it as .seg.nrrd.</source>
<translation>{path} hat Frames in mehreren Ebenen, die kein Gitter ergeben; exportieren Sie es als .seg.nrrd.</translation>
</message>
<message>
<source>{path} has its voxels in the encoding '{encoding}', which is not read; save it with gzip, or raw.</source>
<translation>{path} hat seine Voxel in der Kodierung „{encoding}“, die nicht gelesen wird; speichern Sie die Datei mit gzip oder raw.</translation>
</message>
<message>
<source>{path} has more voxels in its segments than can be worked on; export it as .seg.nrrd.</source>
<translation>{path} hat in seinen Segmenten mehr Voxel, als bearbeitet werden können; exportieren Sie es als .seg.nrrd.</translation>
</message>
<message>
<source>{path} has no column 'file' or no line below its head; expected the columns patient, date and file.</source>
<translation>{path} hat keine Spalte 'file' oder keine Zeile unter dem Kopf; erwartet sind die Spalten patient, date und file.</translation>
</message>
<message>
<source>{path} has no slices: nothing was segmented in it, and where it lies can be told only by the scan that it was drawn on; put the series of that scan into its folder, or leave the segmentation out.</source>
<translation>{path} hat keine Schichten: Darin wurde nichts segmentiert, und wo sie liegt, sagt nur der Scan, auf dem sie gezeichnet wurde; legen Sie die Serie dieses Scans in ihren Ordner, oder lassen Sie die Segmentierung weg.</translation>
</message>
<message>
<source>{path} has no slices: nothing was segmented in it, so it is empty on its scan's grid.</source>
<translation>{path} hat keine Schichten: Darin wurde nichts segmentiert, sie ist also leer und liegt auf dem Gitter ihres Scans.</translation>
</message>
<message>
<source>{path} has one labelled voxel outside its image; it is left out.</source>
<translation>{path} hat ein gelabeltes Voxel außerhalb des Bildes; es wird weggelassen.</translation>
</message>
<message>
<source>{path} has one voxel in {name} and in another segment; it is taken as {name}, which comes later.</source>
<translation>{path} hat ein Voxel in {name} und in einem anderen Segment; es gilt als {name}, das später kommt.</translation>
</message>
<message>
<source>{path} has one voxel of a number that none of its segments has; it is taken as background.</source>
<translation>{path} hat ein Voxel mit einer Nummer, die keines seiner Segmente hat; es gilt als Hintergrund.</translation>
</message>
<message>
<source>{path} has one voxel of a value that no segment has; it is taken as background.</source>
<translation>{path} hat ein Voxel mit einem Wert, den kein Segment hat; es gilt als Hintergrund.</translation>
</message>
<message>
<source>{path} has segments without a name; name each as its structure in Slicer (the structures are {known}).</source>
<translation>{path} hat Segmente ohne Namen; benennen Sie in Slicer jedes nach seiner Struktur (die Strukturen sind {known}).</translation>
</message>
<message>
<source>{path} has skewed axes (a sheared affine), by too much to be made regular here; resample it first.</source>
<translation>{path} hat schiefe Achsen (eine gescherte Affinmatrix), zu schief, um sie hier zu begradigen; rechnen Sie die Datei erst um.</translation>
</message>
<message>
<source>{path} has skewed axes; it is resampled to a regular grid of {by_axes} voxels, and results for it are put back on its own.</source>
<translation>{path} hat schiefe Achsen; der Scan wird auf ein rechtwinkliges Gitter von {by_axes} Voxeln umgerechnet, und Ergebnisse werden auf sein eigenes zurückgebracht.</translation>
</message>
<message>
<source>{path} has slices at uneven distances ({min} to {max} mm, the widest after {name}); resample it to a regular grid first.</source>
<translation>{path} hat Schichten in ungleichen Abständen ({min} bis {max} mm, der größte nach {name}); rechnen Sie den Scan zuerst auf ein regelmäßiges Gitter um.</translation>
</message>
<message>
<source>{path} has two segments that mean {name}, '{name2}' and '{name3}'; one is empty and is left out.</source>
<translation>{path} hat zwei Segmente, die {name} bedeuten, „{name2}“ und „{name3}“; eines ist leer und wird weggelassen.</translation>
</message>
<message>
<source>{path} has two segments that mean {name}, '{name2}' and '{name3}'; rename one, or join them in Slicer's Segment Editor.</source>
<translation>{path} hat zwei Segmente, die {name} bedeuten, „{name2}“ und „{name3}“; benennen Sie eines um oder vereinigen Sie sie in Slicers Segment Editor.</translation>
</message>
<message>
<source>{path} has voxels of a type (GIPL's {kind}) that is not supported; convert it to numbers of 16 bits.</source>
<translation>{path} hat Voxel einer Art (GIPL: {kind}), die nicht unterstützt wird; wandeln Sie sie in Zahlen von 16 Bit um.</translation>
</message>
<message>
<source>{path} has voxels of a type (NIfTI's {code}) that is not supported; convert it to numbers of 16 bits.</source>
<translation>{path} hat Voxel eines nicht unterstützten Typs (NIfTI: {code}); wandeln Sie sie in Zahlen von 16 Bit um.</translation>
</message>
<message>
<source>{path} has voxels that zlib has packed, where its header says gzip; save it with gzip, or raw.</source>
<translation>{path} hat Voxel, die zlib gepackt hat, wo der Kopf gzip nennt; speichern Sie die Datei mit gzip oder ungepackt (raw).</translation>
</message>
<message>
<source>{path} has {count} place with more than one slice (such as {names}), which nothing in them tells apart; remove those that do not belong to the scan, or export it again.</source>
<translation>{path} hat {count} Platz mit mehr als einer Schicht (etwa {names}), die nichts in ihnen unterscheidet; entfernen Sie die, die nicht zum Scan gehören, oder exportieren Sie ihn noch einmal.</translation>
</message>
<message>
<source>{path} has {count} places with more than one slice (such as {names}), which nothing in them tells apart; remove those that do not belong to the scan, or export it again.</source>
<translation>{path} hat {count} Plätze mit mehr als einer Schicht (etwa {names}), die nichts in ihnen unterscheidet; entfernen Sie die, die nicht zum Scan gehören, oder exportieren Sie ihn noch einmal.</translation>
</message>
<message>
<source>{path} has {lost} labelled voxels outside its image; they are left out.</source>
<translation>{path} hat {lost} gelabelte Voxel außerhalb des Bildes; sie werden weggelassen.</translation>
</message>
<message>
<source>{path} has {lost} voxels of numbers that none of its segments has; they are taken as background.</source>
<translation>{path} hat {lost} Voxel mit Nummern, die keines der Segmente hat; sie gelten als Hintergrund.</translation>
</message>
<message>
<source>{path} has {shared} voxels in {name} and in another segment; they are taken as {name}, which comes later.</source>
<translation>{path} hat {shared} Voxel in {name} und in einem anderen Segment; sie gelten als {name}, das später kommt.</translation>
</message>
<message>
<source>{path} has {uncounted} voxels of values that no segment has; they are taken as background.</source>
<translation>{path} hat {uncounted} Voxel mit Werten, die kein Segment hat; sie gelten als Hintergrund.</translation>
</message>
<message>
<source>{path} has {values} values a voxel (RGB or vector); expected a scalar image; give the scan itself, or one of its channels.</source>
<translation>{path} hat {values} Werte je Voxel (RGB oder Vektor); erwartet wird ein skalares Bild; geben Sie den Scan selbst an oder einen seiner Kanäle.</translation>
</message>
<message>
<source>{path} holds a MetaIO '{fields}', not an image; convert it or remove it.</source>
<translation>{path} enthält ein MetaIO-Objekt „{fields}“, kein Bild; wandeln Sie die Datei um, oder entfernen Sie sie.</translation>
</message>
<message>
<source>{path} holds fractions ({lower}); from a half on they count.</source>
<translation>{path} enthält Anteile ({lower}); ab einer Hälfte zählen sie.</translation>
</message>
<message>
<source>{path} holds more than {most_files} files; give the folder of the series itself.</source>
<translation>{path} enthält mehr als {most_files} Dateien; geben Sie den Ordner der Serie selbst an.</translation>
</message>
<message>
<source>{path} holds no label maps (names that end in _Label, _seg, _dseg or _mask, or .seg.nrrd); name the files themselves.</source>
<translation>{path} enthält keine Labelkarten (Namen, die auf _Label, _seg, _dseg oder _mask enden, oder .seg.nrrd); nennen Sie die Dateien selbst.</translation>
</message>
<message>
<source>{path} holds no numbers: every voxel is NaN; export it again.</source>
<translation>{path} enthält keine Zahlen: Jedes Voxel ist NaN; exportieren Sie die Datei neu.</translation>
</message>
<message>
<source>{path} holds the voxels of a pair of files, whose header {other_stem}.hdr is missing; copy both again.</source>
<translation>{path} enthält die Voxel eines Paars von Dateien, dessen Header {other_stem}.hdr fehlt; kopieren Sie beide noch einmal.</translation>
</message>
<message>
<source>{path} holds two dates in its name, {listed}; {format}.</source>
<translation>{path} hat zwei Daten im Namen, {listed}; {format}.</translation>
</message>
<message>
<source>{path} holds values up to {furthest} beside whole numbers, as resampling leaves them; they are rounded.</source>
<translation>{path} enthält Werte, die bis zu {furthest} neben ganzen Zahlen liegen, wie nach einem Umrechnen; sie werden gerundet.</translation>
</message>
<message>
<source>{path} holds voxels that are not finite numbers; replace them, for example by 0.</source>
<translation>{path} enthält Voxel, die keine endlichen Zahlen sind; ersetzen Sie diese, zum Beispiel durch 0.</translation>
</message>
<message>
<source>{path} is a DICOM structure set (RTSTRUCT): it holds contours, not voxels. Open it in Slicer together with its scan (extension SlicerRT), save the segmentation as .seg.nrrd, and give that file.</source>
<translation>{path} ist ein DICOM-Structure-Set (RTSTRUCT): Es enthält Konturen, keine Voxel. Öffnen Sie es in Slicer zusammen mit seinem Scan (Erweiterung SlicerRT), speichern Sie die Segmentierung als .seg.nrrd und geben Sie diese Datei an.</translation>
</message>
<message>
<source>{path} is a GIPL file, which does not say how the patient lay: its axes were taken as left, posterior, superior, as ITK does.</source>
<translation>{path} ist eine GIPL-Datei, die nicht sagt, wie der Patient lag: Ihre Achsen wurden wie von ITK als links, hinten, oben verstanden.</translation>
</message>
<message>
<source>{path} is a NIfTI-2 file, whatever its name says; rename it to "{name}".</source>
<translation>{path} ist eine NIfTI-2-Datei, was auch immer ihr Name sagt; benennen Sie die Datei in "{name}" um.</translation>
</message>
<message>
<source>{path} is a file, and no NIfTI, NRRD or MetaImage file; give scans, or the folder that holds them.</source>
<translation>{path} ist eine Datei, und keine NIfTI-, NRRD- oder MetaImage-Datei; geben Sie Scans an, oder den Ordner, der sie enthält.</translation>
</message>
<message>
<source>{path} is a folder without a DICOM series, not a scan; give a scan's file, or the folder of a series.</source>
<translation>{path} ist ein Ordner ohne DICOM-Serie, kein Scan; geben Sie die Datei eines Scans an oder den Ordner einer Serie.</translation>
</message>
<message>
<source>{path} is a folder; name another output folder.</source>
<translation>{path} ist ein Ordner; nennen Sie einen anderen Ausgabeordner.</translation>
</message>
<message>
<source>{path} is a link that leads to itself; name the place itself.</source>
<translation>{path} ist ein Verweis auf sich selbst; geben Sie den Ort selbst an.</translation>
</message>
<message>
<source>{path} is a link to a file that is not there; copy that file there, or correct the link.</source>
<translation>{path} ist ein Link auf eine Datei, die nicht da ist; kopieren Sie diese dorthin, oder berichtigen Sie den Link.</translation>
</message>
<message>
<source>{path} is a link to a file that is not there; get it with `datalad get "{path}"`, or `git annex get`.</source>
<translation>{path} ist ein Link auf eine Datei, die nicht da ist; holen Sie diese mit `datalad get "{path}"` oder `git annex get`.</translation>
</message>
<message>
<source>{path} is a mask of 0 and {mask}; {mask} is taken as {name} ({value}).</source>
<translation>{path} ist eine Maske aus 0 und {mask}; {mask} gilt als {name} ({value}).</translation>
</message>
<message>
<source>{path} is a pipe or a device, no file that can be read more than once; save the scan to a file, and give that.</source>
<translation>{path} ist eine Pipe oder ein Gerät, keine Datei, die sich mehr als einmal lesen lässt; speichern Sie den Scan in einer Datei, und geben Sie diese an.</translation>
</message>
<message>
<source>{path} is a single slice ({by_axes}); expected a 3-D scan; give the file with all slices.</source>
<translation>{path} ist eine einzelne Schicht ({by_axes}); erwartet wird ein 3-D-Scan; geben Sie die Datei mit allen Schichten an.</translation>
</message>
<message>
<source>{path} is an input and would be overwritten; name another output folder.</source>
<translation>{path} ist eine Eingabe und würde überschrieben; nennen Sie einen anderen Ausgabeordner.</translation>
</message>
<message>
<source>{path} is compressed by gzip, against its name; rename it to "{renamed}".</source>
<translation>{path} ist entgegen dem Namen mit gzip gepackt; benennen Sie die Datei in "{renamed}" um.</translation>
</message>
<message>
<source>{path} is damaged ({error}); correct or delete it.</source>
<translation>{path} ist beschädigt ({error}); berichtigen Sie die Datei, oder löschen Sie sie.</translation>
</message>
<message>
<source>{path} is damaged ({why}); restore it or start in a new folder.</source>
<translation>{path} ist beschädigt ({why}); stellen Sie die Datei wieder her, oder beginnen Sie in einem neuen Ordner.</translation>
</message>
<message>
<source>{path} is damaged at [{name}]; correct it, or remove the place and add it again.</source>
<translation>{path} ist bei [{name}] beschädigt; berichtigen Sie die Datei, oder entfernen Sie den Rechner, und fügen Sie ihn neu hinzu.</translation>
</message>
<message>
<source>{path} is damaged or no model package: the sizes of its {filename} contradict; get it again.</source>
<translation>{path} ist beschädigt oder kein Modellpaket: Die Größen von {filename} widersprechen sich; besorgen Sie es erneut.</translation>
</message>
<message>
<source>{path} is damaged or no model package; get it again.</source>
<translation>{path} ist beschädigt oder kein Modellpaket; besorgen Sie es erneut.</translation>
</message>
<message>
<source>{path} is damaged or no safetensors file; copy the model again.</source>
<translation>{path} ist beschädigt oder keine safetensors-Datei; kopieren Sie das Modell erneut.</translation>
</message>
<message>
<source>{path} is damaged; copy the model again.</source>
<translation>{path} ist beschädigt; kopieren Sie das Modell erneut.</translation>
</message>
<message>
<source>{path} is damaged; delete it to train the translator from the start.</source>
<translation>{path} ist beschädigt; löschen Sie die Datei, um die Bildübersetzung von Anfang an zu trainieren.</translation>
</message>
<message>
<source>{path} is damaged; restore it or start in a new folder.</source>
<translation>{path} ist beschädigt; stellen Sie die Datei wieder her, oder beginnen Sie in einem neuen Ordner.</translation>
</message>
<message>
<source>{path} is damaged; {advice}.</source>
<translation>{path} ist beschädigt; {advice}.</translation>
</message>
<message>
<source>{path} is empty (0 bytes); copy it again from its source.</source>
<translation>{path} ist leer (0 Bytes); kopieren Sie die Datei erneut von der Quelle.</translation>
</message>
<message>
<source>{path} is encrypted; model packages are not.</source>
<translation>{path} ist verschlüsselt; Modellpakete sind es nicht.</translation>
</message>
<message>
<source>{path} is gone; put it back, or delete {folder} and {folder2} to train the translator anew.</source>
<translation>{path} ist verschwunden; legen Sie die Datei zurück, oder löschen Sie {folder} und {folder2}, um die Bildübersetzung neu zu trainieren.</translation>
</message>
<message>
<source>{path} is in Analyze's format, which does not say which side is left: its first column was taken as the patient's right, as SPM does. Check it at a structure of a known side, or convert the scan anew to NIfTI.</source>
<translation>{path} ist im Format von Analyze, das nicht sagt, welche Seite links ist: Die erste Spalte wurde wie von SPM als rechts vom Patienten aus verstanden. Prüfen Sie es an einer Struktur bekannter Seite, oder wandeln Sie den Scan neu in NIfTI um.</translation>
</message>
<message>
<source>{path} is missing or damaged; delete it, so that the scans are cut into slices again.</source>
<translation>{path} fehlt oder ist beschädigt; löschen Sie die Datei, damit die Scans neu in Schichten zerlegt werden.</translation>
</message>
<message>
<source>{path} is missing or damaged; delete it, so that the scores are made again.</source>
<translation>{path} fehlt oder ist beschädigt; löschen Sie die Datei, damit die Bewertung neu berechnet wird.</translation>
</message>
<message>
<source>{path} is missing or no regular file; copy the model again.</source>
<translation>{path} fehlt oder ist keine gewöhnliche Datei; kopieren Sie das Modell erneut.</translation>
</message>
<message>
<source>{path} is missing; run the experiment until its translation and iteration 0 are done.</source>
<translation>{path} fehlt; lassen Sie das Experiment laufen, bis Übersetzung und Runde 0 fertig sind.</translation>
</message>
<message>
<source>{path} is named for the events and for something else; name another file for them.</source>
<translation>{path} ist für die Ereignisse und für etwas anderes angegeben; geben Sie für sie eine andere Datei an.</translation>
</message>
<message>
<source>{path} is no DICOM segmentation; give one.</source>
<translation>{path} ist keine DICOM-Segmentierung; geben Sie eine an.</translation>
</message>
<message>
<source>{path} is no model package: it holds a file twice; get it again from where it was made.</source>
<translation>{path} ist kein Modellpaket: Eine Datei kommt doppelt vor; besorgen Sie es erneut dort, wo es erzeugt wurde.</translation>
</message>
<message>
<source>{path} is no model package: it holds {filename}; use one made by the command 'package'.</source>
<translation>{path} ist kein Modellpaket: Es enthält {filename}; verwenden Sie eines, das mit „Paket speichern“ erzeugt wurde.</translation>
</message>
<message>
<source>{path} is no model package: its model.json describes something else; use one made by the command 'package'.</source>
<translation>{path} ist kein Modellpaket: Seine model.json beschreibt etwas anderes; verwenden Sie eines, das mit „Paket speichern“ erzeugt wurde.</translation>
</message>
<message>
<source>{path} is no model package: its {filename} is a link or no file; get it again from where it was made.</source>
<translation>{path} ist kein Modellpaket: {filename} ist ein Verweis oder keine Datei; besorgen Sie es erneut dort, wo es erzeugt wurde.</translation>
</message>
<message>
<source>{path} is no model package: its {filename} is packed in another way; use the file as it was made.</source>
<translation>{path} ist kein Modellpaket: {filename} ist anders gepackt; verwenden Sie die Datei, wie sie erzeugt wurde.</translation>
</message>
<message>
<source>{path} is no regular file; give a file.</source>
<translation>{path} ist keine gewöhnliche Datei; geben Sie eine Datei an.</translation>
</message>
<message>
<source>{path} is no table; expected a CSV file in UTF-8 with the columns patient, date and file.</source>
<translation>{path} ist keine Tabelle; erwartet ist eine CSV-Datei in UTF-8 mit den Spalten patient, date und file.</translation>
</message>
<message>
<source>{path} is no whole model package: {missing} is missing; get it again.</source>
<translation>{path} ist kein vollständiges Modellpaket: {missing} fehlt; besorgen Sie es erneut.</translation>
</message>
<message>
<source>{path} is not a GIPL file, whatever its name says, or is damaged; copy it again or convert it.</source>
<translation>{path} ist keine GIPL-Datei, was auch immer der Name sagt, oder beschädigt; kopieren Sie sie noch einmal, oder wandeln Sie sie um.</translation>
</message>
<message>
<source>{path} is not a NIfTI, NRRD or MetaImage file, whatever its name says; convert it or remove it.</source>
<translation>{path} ist trotz seines Namens keine NIfTI-, NRRD- oder MetaImage-Datei; wandeln Sie die Datei um, oder entfernen Sie sie.</translation>
</message>
<message>
<source>{path} is not a header of NIfTI or Analyze, whatever its name says; convert it or remove it.</source>
<translation>{path} ist kein Header von NIfTI oder Analyze, was auch immer der Name sagt; wandeln Sie die Datei um, oder entfernen Sie sie.</translation>
</message>
<message>
<source>{path} is not a label map: it holds values that are not whole numbers from 0 to {most_label}, but lie from {low} to {high}; save it with a whole number for each structure, and 0 for the background.</source>
<translation>{path} ist keine Labelkarte: Die Werte darin sind keine ganzen Zahlen von 0 bis {most_label}, sondern liegen von {low} bis {high}; speichern Sie sie mit einer ganzen Zahl für jede Struktur und 0 für den Hintergrund.</translation>
</message>
<message>
<source>{path} is not a label map: it holds values that are not whole numbers from 0 to {most_label}, but lie from {low} to {high}; save it with a whole number for each structure, where a probability is at least a half, and 0 for the background.</source>
<translation>{path} ist keine Labelkarte: Die Werte darin sind keine ganzen Zahlen von 0 bis {most_label}, sondern liegen von {low} bis {high}; speichern Sie sie mit einer ganzen Zahl für jede Struktur, wo eine Wahrscheinlichkeit mindestens ein halb ist, und 0 für den Hintergrund.</translation>
</message>
<message>
<source>{path} is not compressed, against its name; rename it to "{renamed}".</source>
<translation>{path} ist entgegen dem Namen nicht gepackt; benennen Sie die Datei in "{renamed}" um.</translation>
</message>
<message>
<source>{path} is {count}-D ({by_axes}); expected a 3-D scan; {do}.</source>
<translation>{path} ist {count}-D ({by_axes}); erwartet wird ein 3-D-Scan; {do}.</translation>
</message>
<message>
<source>{path} keeps its voxels in a file beside it, {stem}.img, which is missing; copy both files again.</source>
<translation>{path} hat seine Voxel in einer Datei daneben, {stem}.img, und diese fehlt; kopieren Sie beide Dateien noch einmal.</translation>
</message>
<message>
<source>{path} keeps its voxels in several files, not as plain numbers, which is not supported; save it as one file.</source>
<translation>{path} hat seine Voxel in mehreren Dateien, nicht als einfache Zahlen, was nicht unterstützt wird; speichern Sie es als eine Datei.</translation>
</message>
<message>
<source>{path} lacks {lost} slice: after {name} the next is {steps} mm away, where {usual} mm is usual; export the whole series again.</source>
<translation>{path} fehlt {lost} Schicht: Nach {name} ist die nächste {steps} mm entfernt, üblich sind {usual} mm; exportieren Sie die ganze Serie noch einmal.</translation>
</message>
<message>
<source>{path} lacks {lost} slices: after {name} the next is {steps} mm away, where {usual} mm is usual; export the whole series again.</source>
<translation>{path} fehlen {lost} Schichten: Nach {name} ist die nächste {steps} mm entfernt, üblich sind {usual} mm; exportieren Sie die ganze Serie noch einmal.</translation>
</message>
<message>
<source>{path} lies on the skewed slices of its scan, and is resampled to the nearest voxels as that is.</source>
<translation>{path} liegt auf den schiefen Schichten der zugehörigen Aufnahme und wird wie diese umgerechnet, auf die nächsten Voxel.</translation>
</message>
<message>
<source>{path} lies up to {beside} voxels beside the grid of its scan, whose slices were straightened; it is put onto the nearest voxels.</source>
<translation>{path} liegt bis zu {beside} Voxel neben dem Gitter des Scans, dessen Schichten gerade gerückt wurden; die Segmentierung kommt auf die nächsten Voxel.</translation>
</message>
<message>
<source>{path} lies {beside} of a voxel beside its image and is taken as on the image's grid.</source>
<translation>{path} liegt {beside} eines Voxels neben dem Bild und gilt als auf dessen Gitter liegend.</translation>
</message>
<message>
<source>{path} lists files of {axes} axes, which is not supported; save the scan as one file.</source>
<translation>{path} nennt Dateien mit {axes} Achsen, was nicht unterstützt wird; speichern Sie den Scan als eine Datei.</translation>
</message>
<message>
<source>{path} lists files that hold all its axes, which is not supported; write the one file's name where the list is.</source>
<translation>{path} nennt in einer Liste Dateien, die alle Achsen enthalten, was nicht unterstützt wird; schreiben Sie den Namen der einen Datei an die Stelle der Liste.</translation>
</message>
<message>
<source>{path} means its lowest values to be white (MONOCHROME1); they are read as they are, so what looks bright is low.</source>
<translation>{path} meint die niedrigsten Werte als Weiß (MONOCHROME1); sie werden gelesen, wie sie sind, sodass niedrig ist, was hell aussieht.</translation>
</message>
<message>
<source>{path} names another file for its voxels ({named}); save the scan as one file.</source>
<translation>{path} nennt für seine Voxel eine andere Datei ({named}); speichern Sie den Scan als eine Datei.</translation>
</message>
<message>
<source>{path} names no single file with its voxels; save it as .nii.gz or .nrrd.</source>
<translation>{path} nennt keine einzelne Datei mit seinen Voxeln; speichern Sie den Scan als .nii.gz oder .nrrd.</translation>
</message>
<message>
<source>{path} names other files for its voxels; save the scan as one file.</source>
<translation>{path} nennt andere Dateien für seine Voxel; speichern Sie den Scan als eine Datei.</translation>
</message>
<message>
<source>{path} names segments that are no structure: {strangers} (the structures are {known}); rename them in Slicer, or name every structure as the file does, as {suggestion}.</source>
<translation>{path} nennt Segmente, die keine Struktur sind: {strangers} (die Strukturen sind {known}); benennen Sie sie in Slicer um, oder nennen Sie jede Struktur wie die Datei, etwa {suggestion}.</translation>
</message>
<message>
<source>{path} names segments that are no structure: {strangers} (the structures are {known}); rename them in Slicer, or name every structure as the file does, as {suggestion}. Its values would fit, but its names decide.</source>
<translation>{path} nennt Segmente, die keine Struktur sind: {strangers} (die Strukturen sind {known}); benennen Sie sie in Slicer um, oder nennen Sie jede Struktur wie die Datei, etwa {suggestion}. Ihre Werte würden passen, aber die Namen entscheiden.</translation>
</message>
<message>
<source>{path} names segments that are no structure: {strangers}, ... (the structures are {known}); rename them in Slicer, or name every structure as the file does, as {suggestion}.</source>
<translation>{path} nennt Segmente, die keine Struktur sind: {strangers}, ... (die Strukturen sind {known}); benennen Sie sie in Slicer um, oder nennen Sie jede Struktur wie die Datei, etwa {suggestion}.</translation>
</message>
<message>
<source>{path} names segments that are no structure: {strangers}, ... (the structures are {known}); rename them in Slicer, or name every structure as the file does, as {suggestion}. Its values would fit, but its names decide.</source>
<translation>{path} nennt Segmente, die keine Struktur sind: {strangers}, ... (die Strukturen sind {known}); benennen Sie sie in Slicer um, oder nennen Sie jede Struktur wie die Datei, etwa {suggestion}. Ihre Werte würden passen, aber die Namen entscheiden.</translation>
</message>
<message>
<source>{path} names the file '{named}' for its voxels, but that is called '{other}'; correct its header.</source>
<translation>{path} nennt die Datei „{named}“ für seine Voxel, die aber „{other}“ heißt; berichtigen Sie den Header.</translation>
</message>
<message>
<source>{path} names the file '{named}' for its voxels, which is missing or no file; copy both files again.</source>
<translation>{path} nennt für seine Voxel die Datei „{named}“, die fehlt oder keine Datei ist; kopieren Sie beide Dateien erneut.</translation>
</message>
<message>
<source>{path} names the file '{name}' for its voxels, which is missing or no file; copy all files again.</source>
<translation>{path} nennt die Datei „{name}“ für seine Voxel, die fehlt oder keine Datei ist; kopieren Sie alle Dateien noch einmal.</translation>
</message>
<message>
<source>{path} says that its voxels have {lengths} mm; if that is another unit than mm, correct its header.</source>
<translation>{path} sagt, dass die Voxel {lengths} mm haben; wenn das eine andere Einheit als mm ist, berichtigen Sie den Header.</translation>
</message>
<message>
<source>{path} says that the segment '{name}' is in a layer that it does not have; save it again.</source>
<translation>{path} sagt, dass das Segment „{name}“ in einer Schicht liegt, die es nicht gibt; speichern Sie die Datei neu.</translation>
</message>
<message>
<source>{path} stores its axes in another order than its image, at the same place; it is read in the image's order.</source>
<translation>{path} speichert die Achsen in anderer Reihenfolge als das Bild, am selben Ort; sie wird in der Reihenfolge des Bildes gelesen.</translation>
</message>
<message>
<source>{path} was begun with another {changed} ({get}, now {wanted}); go on with the settings and scans it was begun with, or delete it to start again.</source>
<translation>{path} wurde mit anderem {changed} begonnen ({get}, jetzt {wanted}); machen Sie mit den anfänglichen Einstellungen und Scans weiter, oder löschen Sie den Ordner, um neu zu beginnen.</translation>
</message>
<message>
<source>{path} was damaged and is not used: the training goes on from an older checkpoint, or from its beginning.</source>
<translation>{path} war beschädigt und wird nicht verwendet: Das Training geht von einem älteren Zwischenstand oder von vorn weiter.</translation>
</message>
<message>
<source>{path} was made by a newer version of CrossMoDAUDA (format {version}); update CrossMoDAUDA to use it.</source>
<translation>{path} stammt von einer neueren Version von CrossMoDAUDA (Format {version}); aktualisieren Sie CrossMoDAUDA.</translation>
</message>
<message>
<source>{path} was made with a translator, a setting or a value that this version does not have ({error}); use the version it was made with, or, if the file was changed since, restore it.</source>
<translation>{path} entstand mit einem Bildübersetzer, einer Einstellung oder einem Wert, den diese Version nicht hat ({error}); verwenden Sie die Version, mit der es entstand, oder stellen Sie die Datei wieder her, falls sie geändert wurde.</translation>
</message>
<message>
<source>{path} was written by a newer version of CrossMoDAUDA (format {version}); update to read it.</source>
<translation>{path} wurde von einer neueren Version von CrossMoDAUDA geschrieben (Format {version}); aktualisieren Sie CrossMoDAUDA, um es zu lesen.</translation>
</message>
<message>
<source>{path} would have a result called {name}, a longer name than the disk takes; rename the scan.</source>
<translation>Ein Ergebnis von {path} hieße {name}, ein längerer Name, als die Platte zulässt; benennen Sie den Scan um.</translation>
</message>
<message>
<source>{path}: its header's sform and {second} disagree: {difference}. The {name} is taken, {why}; if that is wrong, choose the other for all scans with --header qform.</source>
<translation>{path}: sform und {second} des Headers widersprechen sich: {difference}. Genommen wird {name}, {why}; wenn das falsch ist, wählen Sie die andere für alle Scans mit --header qform.</translation>
</message>
<message>
<source>{path}: its header's sform and {second} disagree: {difference}. The {name} is taken, {why}; if that is wrong, choose the other for all scans with --header sform.</source>
<translation>{path}: sform und {second} des Headers widersprechen sich: {difference}. Genommen wird {name}, {why}; wenn das falsch ist, wählen Sie die andere für alle Scans mit --header sform.</translation>
</message>
<message>
<source>{path}: its header's {bad} is nonsense ({why}); the {name} is taken.</source>
<translation>{path}: {bad} im Header ist unsinnig ({why}); genommen wird {name}.</translation>
</message>
<message>
<source>{path}: its model.json is damaged; get the package again.</source>
<translation>{path}: Seine model.json ist beschädigt; besorgen Sie das Paket erneut.</translation>
</message>
<message>
<source>{path}: its model.json names other structures than the segmenter has; get the package again.</source>
<translation>{path}: Seine model.json nennt andere Strukturen, als das Segmentierungsnetz hat; besorgen Sie das Paket erneut.</translation>
</message>
<message>
<source>{path}: {name} does not have the SHA-256 that model.json tells; it was changed or damaged, get it again.</source>
<translation>{path}: {name} hat nicht den SHA-256, den model.json nennt; die Datei ist verändert oder beschädigt; besorgen Sie das Paket erneut.</translation>
</message>
<message>
<source>{path}: {name} has {others} bytes instead of {size}; get the package again.</source>
<translation>{path}: {name} hat {others} Bytes statt {size}; besorgen Sie das Paket erneut.</translation>
</message>
<message>
<source>{path}: {name} is listed, but missing; get the package again.</source>
<translation>{path}: {name} ist aufgeführt, fehlt aber; besorgen Sie das Paket erneut.</translation>
</message>
<message>
<source>{path}: {name} is not listed; get the package again.</source>
<translation>{path}: {name} ist nicht aufgeführt; besorgen Sie das Paket erneut.</translation>
</message>
<message>
<source>{path}: {share} % of the voxels, as far as the border, are NaN; they are taken as background, with the value {value}.</source>
<translation>{path}: {share} % der Voxel, bis an den Rand, sind NaN; sie gelten als Hintergrund mit dem Wert {value}.</translation>
</message>
<message>
<source>{patient} has two folders, {listed}; if they are one patient's, say so by --patient NAME.</source>
<translation>{patient} hat zwei Ordner, {listed}; gehören sie einem Patienten, sagen Sie das mit --patient NAME.</translation>
</message>
<message>
<source>{patient} has two scans of {day}, {seen} and {file}; give the one to follow, or the right date by --date.</source>
<translation>{patient} hat zwei Scans vom {day}, {seen} und {file}; geben Sie den an, der verfolgt werden soll, oder das richtige Datum mit --date.</translation>
</message>
<message>
<source>{patient}: the files are of {named}; follow one patient at a time.</source>
<translation>{patient}: Die Dateien gehören zu {named}; verfolgen Sie einen Patienten nach dem anderen.</translation>
</message>
<message>
<source>{pattern} names no scans (NIfTI, NRRD, DICOM, ...); check the pattern.</source>
<translation>{pattern} nennt keine Scans (NIfTI, NRRD, DICOM, ...); prüfen Sie das Muster.</translation>
</message>
<message>
<source>{pattern} names no scans: {removeprefix}</source>
<translation>{pattern} nennt keine Scans: {removeprefix}</translation>
</message>
<message>
<source>{places} is missing; reinstall the extension.</source>
<translation>{places} fehlt; installieren Sie die Erweiterung neu.</translation>
</message>
<message>
<source>{place} describes no image translator; copy the model again.</source>
<translation>{place} beschreibt keinen Bildübersetzer; kopieren Sie das Modell erneut.</translation>
</message>
<message>
<source>{place} describes no network that nnU-Net would plan; copy the model again.</source>
<translation>{place} beschreibt kein Netz, das nnU-Net planen würde; kopieren Sie das Modell erneut.</translation>
</message>
<message>
<source>{place} has format {version}, this version of CrossMoDAUDA reads {translator_format}; update CrossMoDAUDA.</source>
<translation>{place} hat Format {version}, diese Version von CrossMoDAUDA liest {translator_format}; aktualisieren Sie CrossMoDAUDA.</translation>
</message>
<message>
<source>{place} holds a part of a series, and {name} in it another; put all of its files into one folder.</source>
<translation>{place} enthält einen Teil einer Serie und {name} darin einen anderen; legen Sie alle ihre Dateien in einen Ordner.</translation>
</message>
<message>
<source>{place} holds no DICOM series that is a volume; give the folder of one.</source>
<translation>{place} enthält keine DICOM-Serie, die ein Volumen ist; geben Sie den Ordner einer solchen an.</translation>
</message>
<message>
<source>{place} holds no DICOM series that is a volume; give the folder of one: {notes}</source>
<translation>{place} enthält keine DICOM-Serie, die ein Volumen ist; geben Sie den Ordner einer solchen an: {notes}</translation>
</message>
<message>
<source>{place} holds no DICOM series that is a volume; the slices of a scan need one series, and places above one another.</source>
<translation>{place} enthält keine DICOM-Serie, die ein Volumen ist; die Schichten eines Scans brauchen eine Serie und Plätze übereinander.</translation>
</message>
<message>
<source>{place} holds no DICOM series that is a volume; the slices of a scan need one series, and places above one another: {notes}</source>
<translation>{place} enthält keine DICOM-Serie, die ein Volumen ist; die Schichten eines Scans brauchen eine Serie und Plätze übereinander: {notes}</translation>
</message>
<message>
<source>{place} holds no scan #{choice}, but {names}; give one of these, as {example}.</source>
<translation>{place} enthält keinen Scan #{choice}, aber {names}; geben Sie einen davon an, etwa {example}.</translation>
</message>
<message>
<source>{place} holds weights that are no finite numbers ({name}); use another model.</source>
<translation>{place} enthält Gewichte, die keine endlichen Zahlen sind ({name}); verwenden Sie ein anderes Modell.</translation>
</message>
<message>
<source>{place} holds {count} scans: {names}; choose one, as {example}, or give each a folder of its own.</source>
<translation>{place} enthält {count} Scans: {names}; wählen Sie einen, etwa {example}, oder geben Sie jedem einen eigenen Ordner.</translation>
</message>
<message>
<source>{place} holds {foreign}, which is no part of a network that nnU-Net plans; use a model from a source you trust.</source>
<translation>{place} enthält {foreign}, das kein Teil eines von nnU-Net geplanten Netzes ist; verwenden Sie ein Modell aus vertrauenswürdiger Quelle.</translation>
</message>
<message>
<source>{place} is a DICOM segmentation, not a scan; give the folder of the series that it was drawn on.</source>
<translation>{place} ist eine DICOM-Segmentierung, kein Scan; geben Sie den Ordner der Serie an, auf der sie gezeichnet wurde.</translation>
</message>
<message>
<source>{place} is a DICOM structure set, not a scan; give the folder of the series that it was drawn on.</source>
<translation>{place} ist ein DICOM-Structure-Set, kein Scan; geben Sie den Ordner der Serie an, auf der es gezeichnet wurde.</translation>
</message>
<message>
<source>{place} is damaged or no safetensors file; get the model again.</source>
<translation>{place} ist beschädigt oder keine safetensors-Datei; besorgen Sie das Modell erneut.</translation>
</message>
<message>
<source>{place} is not usable: {error}</source>
<translation>{place} ist nicht verwendbar: {error}</translation>
</message>
<message>
<source>{place} is one slice or no scan at all; give the folder that holds the series.</source>
<translation>{place} ist eine einzelne Schicht oder gar kein Scan; geben Sie den Ordner der Serie an.</translation>
</message>
<message>
<source>{place} is the name of a result, too; give the table another name.</source>
<translation>{place} ist auch der Name eines Ergebnisses; geben Sie der Tabelle einen anderen Namen.</translation>
</message>
<message>
<source>{place}dataset.json does not describe one channel and the structures of model.json; copy the model again.</source>
<translation>{place}dataset.json beschreibt nicht einen Kanal und die Strukturen von model.json; kopieren Sie das Modell erneut.</translation>
</message>
<message>
<source>{place}model.json is damaged; copy the model again.</source>
<translation>{place}model.json ist beschädigt; kopieren Sie das Modell erneut.</translation>
</message>
<message>
<source>{place}model.json was made by a newer version (format {version}); update CrossMoDAUDA to use it.</source>
<translation>{place}model.json stammt von einer neueren Version (Format {version}); aktualisieren Sie CrossMoDAUDA.</translation>
</message>
<message>
<source>{reason} (what is in that folder besides: {besides})</source>
<translation>{reason} (was sonst in diesem Ordner ist: {besides})</translation>
</message>
<message>
<source>{records} holds what was measured of another experiment than {folder}; name another folder.</source>
<translation>{records} enthält Messungen eines anderen Experiments als {folder}; geben Sie einen anderen Ordner an.</translation>
</message>
<message>
<source>{record} counts the background (0) as a part of '{name}', so that it would be everywhere; take the 0 out of its values there.</source>
<translation>{record} zählt den Hintergrund (0) als Teil von „{name}“, der so überall wäre; nehmen Sie dort die 0 aus seinen Werten.</translation>
</message>
<message>
<source>{record} has a value for what is to be ignored, {of_it}, which is not known here; a label map that holds it is refused.</source>
<translation>{record} hat einen Wert für zu Übergehendes, {of_it}, den es hier nicht gibt; eine Labelkarte, die ihn enthält, wird abgelehnt.</translation>
</message>
<message>
<source>{record} has structures that overlap ({changed}); here each voxel has one structure: {labels_text}.</source>
<translation>{record} hat Strukturen, die sich überlappen ({changed}); hier hat jedes Voxel eine Struktur: {labels_text}.</translation>
</message>
<message>
<source>{record} is damaged: it is no JSON; copy it again from its source.</source>
<translation>{record} ist beschädigt: Es ist kein JSON; kopieren Sie die Datei erneut von der Quelle.</translation>
</message>
<message>
<source>{record} is damaged; restore it, or write {{"precision": "bf16"}} or {{"precision": "fp32"}} there, as the training began.</source>
<translation>{record} ist beschädigt; stellen Sie die Datei wieder her, oder schreiben Sie {{"precision": "bf16"}} oder {{"precision": "fp32"}} hinein, wie das Training begann.</translation>
</message>
<message>
<source>{record} is not as nnU-Net writes it ({error}); it needs labels, as {{"background": 0, "Tumour": 1}}, and channel_names, as {{"0": "T1"}}.</source>
<translation>{record} ist nicht, wie nnU-Net es schreibt ({error}); nötig sind labels, etwa {{"background": 0, "Tumour": 1}}, und channel_names, etwa {{"0": "T1"}}.</translation>
</message>
<message>
<source>{record} lists no channel {channel} of case {case}; add it there, or give another channel.</source>
<translation>{record} führt keinen Kanal {channel} des Falls {case} auf; ergänzen Sie ihn dort, oder geben Sie einen anderen Kanal an.</translation>
</message>
<message>
<source>{record} says that its files end in {ending}, which is not read; convert them to .nii.gz and say so there.</source>
<translation>{record} nennt als Dateiendung {ending}, die nicht gelesen wird; wandeln Sie die Dateien in .nii.gz um, und tragen Sie das dort ein.</translation>
</message>
<message>
<source>{scans} and {more} more</source>
<translation>{scans} und {more} weitere</translation>
</message>
<message>
<source>{scan} has changed since it was sent to {name}; the same command segments it.</source>
<translation>{scan} hat sich geändert, seit es an {name} gesendet wurde; derselbe Befehl segmentiert es.</translation>
</message>
<message>
<source>{scan} is not DICOM, so that no DICOM result can refer to its slices; leave out {option}.</source>
<translation>{scan} ist kein DICOM, so dass sich kein DICOM-Ergebnis auf seine Schichten beziehen kann; lassen Sie {option} weg.</translation>
</message>
<message>
<source>{scan} lacks what a DICOM segmentation has to tell of its source ({error}); write a .seg.nrrd alone.</source>
<translation>{scan} fehlt, was eine DICOM-Segmentierung über ihre Quelle sagen muss ({error}); schreiben Sie nur eine .seg.nrrd.</translation>
</message>
<message>
<source>{section}.{inner} belongs to {translators_with}, not to the translator {translator}; leave it out, or choose another translator.</source>
<translation>{section}.{inner} gehört zu {translators_with}, nicht zum Bildübersetzer {translator}; lassen Sie die Einstellung weg, oder wählen Sie einen anderen Bildübersetzer.</translation>
</message>
<message>
<source>{seen}; it was cancelled. Change what is asked for with `place add --overwrite`.</source>
<translation>{seen}; er wurde abgebrochen. Ändern Sie mit `place add --overwrite`, was verlangt wird.</translation>
</message>
<message>
<source>{segmenter} does not belong to an experiment; name an experiment folder.</source>
<translation>{segmenter} gehört zu keinem Experiment; geben Sie einen Experimentordner an.</translation>
</message>
<message>
<source>{sentence}; choose another folder there with `place add {name} --folder`.</source>
<translation>{sentence}; wählen Sie mit `place add {name} --folder` dort einen anderen Ordner.</translation>
</message>
<message>
<source>{sentence}; make room there (or ask for a larger share), then run the same command again.</source>
<translation>{sentence}; schaffen Sie dort Platz (oder bitten Sie um mehr), und machen Sie dann mit Fortsetzen weiter.</translation>
</message>
<message>
<source>{share} % of the voxels have the value {filled}, far from all others; it is taken as padding.</source>
<translation>{share} % der Voxel haben den Wert {filled}, weit entfernt von allen anderen; er gilt als Auffüllwert.</translation>
</message>
<message>
<source>{ssh} answers ({found}, {cores} processor)</source>
<translation>{ssh} antwortet ({found}, {cores} Prozessor)</translation>
</message>
<message>
<source>{ssh} answers ({found}, {cores} processors)</source>
<translation>{ssh} antwortet ({found}, {cores} Prozessoren)</translation>
</message>
<message>
<source>{state} ({names_of}). This command goes on with them now.</source>
<translation>{state} ({names_of}). Dieser Befehl macht jetzt damit weiter.</translation>
</message>
<message>
<source>{state} ({told}). The same command goes on with them.</source>
<translation>{state} ({told}). Derselbe Befehl macht damit weiter.</translation>
</message>
<message>
<source>{state}; try again later.</source>
<translation>{state}; versuchen Sie es später noch einmal.</translation>
</message>
<message>
<source>{state}; {end}. Change what is asked for with `place add --overwrite`, then run this again.</source>
<translation>{state}; {end}. Ändern Sie mit `place add --overwrite`, was verlangt wird, und starten Sie dies dann noch einmal.</translation>
</message>
<message>
<source>{state}; {end}. The same command goes on.</source>
<translation>{state}; {end}. Derselbe Befehl macht weiter.</translation>
</message>
<message>
<source>{structure} does not show where its label is (contrast {value}, median {median})</source>
<translation>{structure} zeigt sich nicht, wo das Label ist (Kontrast {value}, Median {median})</translation>
</message>
<message>
<source>{structure} hardly shows in the pseudo-target images (median contrast {median}, where 1 is none), so there is little to learn from them; train the translator for longer, look at its samples, or say in segmentation.bright_in_target or dark_in_target how it looks in target images.</source>
<translation>{structure} zeigt sich in den Pseudo-Zielbildern kaum (Median des Kontrasts {median}, 1 ist keiner), aus ihnen ist also wenig zu lernen; trainieren Sie die Bildübersetzung länger, sehen Sie sich ihre Beispiele an, oder sagen Sie in segmentation.bright_in_target oder dark_in_target, wie es in Zielbildern aussieht.</translation>
</message>
<message>
<source>{structure} hardly shows in the pseudo-target images (median contrast {median}, where 1 is none): what tells it apart is the signal that the settings give it in training. Look at the samples; training the translator for longer may help.</source>
<translation>{structure} zeigt sich in den Pseudo-Zielbildern kaum (Median des Kontrasts {median}, 1 ist keiner): Was es abhebt, ist das Signal, das die Einstellungen ihm im Training geben. Sehen Sie sich die Beispiele an; die Bildübersetzung länger zu trainieren, kann helfen.</translation>
</message>
<message>
<source>{structure} has {value} times the volume of the source labels (medians).</source>
<translation>{structure} hat das {value}-fache Volumen der Quell-Labels (Mediane).</translation>
</message>
<message>
<source>{structure} is found in {share} of the target scans that should show it.</source>
<translation>{structure} wird in {share} der Ziel-Scans gefunden, die es zeigen sollten.</translation>
</message>
<message>
<source>{structure} is not found where its label is (DSC {value}, median {median})</source>
<translation>{structure} wird nicht gefunden, wo das Label ist (DSC {value}, Median {median})</translation>
</message>
<message>
<source>{structure}: lies on both sides, which none of the {labels} labels it was trained on shows; look at it before you use it.</source>
<translation>{structure}: liegt auf beiden Seiten, was keines der {labels} Trainings-Labels zeigt; sehen Sie sich das Ergebnis vor der Verwendung an.</translation>
</message>
<message>
<source>{structure}: lies on both sides, which the label it was trained on does not show; look at it before you use it.</source>
<translation>{structure}: liegt auf beiden Seiten, was das Trainings-Label nicht zeigt; sehen Sie sich das Ergebnis vor der Verwendung an.</translation>
</message>
<message>
<source>{structure}: nothing was found, though {of_labels} it; look at the scan yourself.</source>
<translation>{structure}: nichts gefunden, obwohl {of_labels}; sehen Sie sich den Scan selbst an.</translation>
</message>
<message>
<source>{structure}: nothing was found; look at the scan yourself.</source>
<translation>{structure}: nichts gefunden; sehen Sie sich den Scan selbst an.</translation>
</message>
<message>
<source>{structure}: touches the volume's edge ({where}), so that part of it may lie outside; look at it before you use it.</source>
<translation>{structure}: berührt den Rand des Volumens ({where}), ein Teil kann also außerhalb liegen; sehen Sie sich das Ergebnis vor der Verwendung an.</translation>
</message>
<message>
<source>{structure}: {volume} ml, less than any it was trained on ({low} ml); look at it before you use it.</source>
<translation>{structure}: {volume} ml, weniger als in jedem Trainings-Label ({low} ml); sehen Sie sich das Ergebnis vor der Verwendung an.</translation>
</message>
<message>
<source>{structure}: {volume} ml, less than any it was trained on ({low} to {high} ml); look at it before you use it.</source>
<translation>{structure}: {volume} ml, weniger als in jedem Trainings-Label ({low} bis {high} ml); sehen Sie sich das Ergebnis vor der Verwendung an.</translation>
</message>
<message>
<source>{structure}: {volume} ml, more than any it was trained on ({low} ml); look at it before you use it.</source>
<translation>{structure}: {volume} ml, mehr als in jedem Trainings-Label ({low} ml); sehen Sie sich das Ergebnis vor der Verwendung an.</translation>
</message>
<message>
<source>{structure}: {volume} ml, more than any it was trained on ({low} to {high} ml); look at it before you use it.</source>
<translation>{structure}: {volume} ml, mehr als in jedem Trainings-Label ({low} bis {high} ml); sehen Sie sich das Ergebnis vor der Verwendung an.</translation>
</message>
<message>
<source>{structure}: {why} (DSC {value}), so one of two results is wrong.</source>
<translation>{structure}: {why} (DSC {value}), eines von zwei Ergebnissen ist also falsch.</translation>
</message>
<message>
<source>{table} exists already and holds no measurements; name another file.</source>
<translation>{table} gibt es schon und enthält keine Messwerte; nennen Sie eine andere Datei.</translation>
</message>
<message>
<source>{table} exists already and holds no scores; name another file.</source>
<translation>{table} gibt es schon und enthält keine Bewertung; nennen Sie eine andere Datei.</translation>
</message>
<message>
<source>{table} is an input and would be overwritten; name another file.</source>
<translation>{table} ist eine Eingabe und würde überschrieben; nennen Sie eine andere Datei.</translation>
</message>
<message>
<source>{table} is no table of structures: it needs the columns index and name; correct it, or give --set labels.</source>
<translation>{table} ist keine Tabelle von Strukturen: Sie braucht die Spalten index und name; berichtigen, oder --set labels angeben.</translation>
</message>
<message>
<source>{table} is the folder of the results, or one above it; name a file.</source>
<translation>{table} ist der Ordner der Ergebnisse oder einer darüber; nennen Sie eine Datei.</translation>
</message>
<message>
<source>{told}. Details are in {log}.</source>
<translation>{told}. Einzelheiten stehen in {log}.</translation>
</message>
<message>
<source>{twice} has the name of another label map, so that the table could not tell them apart; rename one.</source>
<translation>{twice} heißt wie eine andere Labelkarte, sodass die Tabelle sie nicht unterscheiden könnte; benennen Sie eine um.</translation>
</message>
<message>
<source>{what} has two label maps of {id}, {name} and {name2}; keep one of them.</source>
<translation>{what} hat zwei Labelkarten von {id}: {name} und {name2}; behalten Sie eine davon.</translation>
</message>
<message>
<source>{what} holds no label map of any target scan; a label map has the name of its scan.</source>
<translation>{what} enthält zu keinem Zielscan eine Labelkarte; eine Labelkarte heißt wie ihr Scan.</translation>
</message>
<message>
<source>{what} holds the label {listed}, which is no structure; expected 0 background, {known}; {advice}.</source>
<translation>{what} enthält das Label {listed}, das keine Struktur ist; erwartet werden 0 Hintergrund, {known}; {advice}.</translation>
</message>
<message>
<source>{what} holds {count} values that no structure has, as scans do and not label maps; give the label map itself.</source>
<translation>{what} enthält {count} Werte, die keine Struktur hat, wie Scans und nicht wie Labelkarten; geben Sie die Labelkarte selbst an.</translation>
</message>
<message>
<source>{what} in {limits} years: {signed} a year, {signed2} a year.</source>
<translation>{what} in {limits} Jahren: {signed} im Jahr, {signed2} im Jahr.</translation>
</message>
<message>
<source>{what}: {signed} a year, {signed2} a year; the interval holds 0, so there is no doubling time.</source>
<translation>{what}: {signed} im Jahr, {signed2} im Jahr; das Intervall enthält 0, also gibt es keine Verdopplungszeit.</translation>
</message>
<message>
<source>{what}; install what fits in the module CrossMoDA UDA, section Python packages.</source>
<translation>{what}; installieren Sie Passendes im Modul CrossMoDA UDA, Abschnitt Python-Pakete.</translation>
</message>
<message>
<source>{what}; install what fits with: {executable} -m pip install --upgrade "{wanted}"</source>
<translation>{what}; Passendes installieren mit: {executable} -m pip install --upgrade "{wanted}"</translation>
</message>
<message>
<source>{where} calls the value {value} '{name}', and {first} calls it '{before}'; give all label maps the same values, or say what they mean, as --set labels=VS:1,Cochlea:2.</source>
<translation>{where} nennt den Wert {value} „{name}“ und {first} nennt ihn „{before}“; geben Sie allen Labelkarten dieselben Werte, oder sagen Sie, was sie bedeuten, etwa --set labels=VS:1,Cochlea:2.</translation>
</message>
<message>
<source>{where} holds the value {unknown}, which no structure has; {how_to_name} (crossMoDA 2023's are --set labels=Intrameatal:1,Extrameatal:2,Cochlea:3).</source>
<translation>{where} enthält den Wert {unknown}, den keine Struktur hat; {how_to_name} (die von crossMoDA 2023 sind --set labels=Intrameatal:1,Extrameatal:2,Cochlea:3).</translation>
</message>
<message>
<source>{where} holds the value {unknown}, which no structure has; {how_to_name}.</source>
<translation>{where} enthält den Wert {unknown}, den keine Struktur hat; {how_to_name}.</translation>
</message>
<message>
<source>{who} has not stopped yet and does so after its current training step; wait, or kill it with --force.</source>
<translation>{who} hat noch nicht angehalten und tut es nach dem laufenden Trainingsschritt; warten Sie.</translation>
</message>
<message>
<source>{why}, {ahead} ahead in its partition</source>
<translation>{why}, {ahead} davor in seiner Partition</translation>
</message>
<message>
<source>{why}: of the {count} devices only {usable} train.</source>
<translation>{why}: Von den {count} Geräten trainieren nur {usable}.</translation>
</message>
<message>
<source>{why}: of the {count} devices only {usable} trains.</source>
<translation>{why}: Von den {count} Geräten trainiert nur {usable}.</translation>
</message>
<message>
<source>{words} is not found there; name the cluster's login node with `place add --overwrite`.</source>
<translation>{words} gibt es dort nicht; nennen Sie mit `place add --overwrite` den Anmelderechner des Clusters.</translation>
</message>
</context>
<context>
<name>CrossMoDAUDA</name>
<message>
<source>CrossMoDA UDA</source>
<translation>CrossMoDA UDA</translation>
</message>
<message>
<source>Segments scans of a modality without labels (such as hrT2) by learning from labelled scans of another (such as ceT1): CycleGAN image translation, nnU-Net and self-training. Not for clinical use.</source>
<translation>Segmentiert Scans einer Modalität ohne Labels (etwa hrT2) durch Lernen aus gelabelten Scans einer anderen (etwa ceT1): Bildübersetzung mit CycleGAN, nnU-Net und Selbsttraining. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>The method is that of Yang T., Wang L.: Image Translation-Based Unsupervised Cross-Modality Domain Adaptation for Medical Image Segmentation. crossMoDA 2022. Please cite it, and nnU-Net and CycleGAN, which it builds on.</source>
<translation>Die Methode ist die von Yang T., Wang L.: Image Translation-Based Unsupervised Cross-Modality Domain Adaptation for Medical Image Segmentation. crossMoDA 2022. Bitte diese Arbeit zitieren, dazu nnU-Net und CycleGAN, auf denen sie aufbaut.</translation>
</message>
</context>
<context>
<name>adaptWidget</name>
<message>
<source>&amp;Check scans</source>
<translation>Scans &amp;prüfen</translation>
</message>
<message>
<source>&amp;Device there:</source>
<translation>&amp;Gerät dort:</translation>
</message>
<message>
<source>&amp;Device:</source>
<translation>&amp;Gerät:</translation>
</message>
<message>
<source>&amp;Preset:</source>
<translation>Vo&amp;reinstellung:</translation>
</message>
<message>
<source>&amp;Start</source>
<translation>&amp;Starten</translation>
</message>
<message>
<source>&amp;Which to evaluate:</source>
<translation>Auswerten &amp;mit:</translation>
</message>
<message>
<source>A case of this experiment.</source>
<translation>Ein Fall dieses Experiments.</translation>
</message>
<message>
<source>A new or empty folder for everything that training makes, or the folder of an experiment to watch or continue. The list has recent ones.</source>
<translation>Ein neuer oder leerer Ordner für alles, was das Training erzeugt, oder der Ordner eines Experiments, das beobachtet oder fortgesetzt werden soll. Die Liste enthält zuletzt verwendete.</translation>
</message>
<message>
<source>A source slice, its translation, and a target slice of somebody else: the second should look like the third and show what the first shows.</source>
<translation>Eine Quell-Schicht, ihre Übersetzung und eine Ziel-Schicht eines anderen Menschen: Die zweite soll aussehen wie die dritte und zeigen, was die erste zeigt.</translation>
</message>
<message>
<source>Adapt (train)</source>
<translation>Anpassen (trainieren)</translation>
</message>
<message>
<source>Advanced settings</source>
<translation>Erweitert</translation>
</message>
<message>
<source>After which epoch of the training the translations were made. At its end it follows the training.</source>
<translation>Nach welcher Epoche des Trainings die Übersetzungen entstanden. Am rechten Ende folgt er dem Training.</translation>
</message>
<message>
<source>Ch&amp;ange...</source>
<translation>&amp;Ändern...</translation>
</message>
<message>
<source>Change or remove this place.</source>
<translation>Diesen Rechner ändern oder entfernen.</translation>
</message>
<message>
<source>Chec&amp;k</source>
<translation>Pr&amp;üfen</translation>
</message>
<message>
<source>Choose the folder in which the scans are now, and go on. They are known by their content, whatever they are called.</source>
<translation>Den Ordner wählen, in dem die Scans jetzt liegen, und weitermachen. Sie werden am Inhalt erkannt, wie auch immer sie heißen.</translation>
</message>
<message>
<source>Choose this experiment as the model in the section Segment.</source>
<translation>Dieses Experiment als Modell im Abschnitt Segmentieren wählen.</translation>
</message>
<message>
<source>Curves</source>
<translation>Kurven</translation>
</message>
<message>
<source>Data f&amp;older:</source>
<translation>D&amp;atenordner:</translation>
</message>
<message>
<source>Draw the outlines of the source scan's label on it and on its translation, in which the structures must lie at the same place.</source>
<translation>Die Umrisse des Labels auf den Quell-Scan und seine Übersetzung zeichnen, in der die Strukturen am selben Ort liegen müssen.</translation>
</message>
<message>
<source>E&amp;xperiment folder:</source>
<translation>E&amp;xperimentordner:</translation>
</message>
<message>
<source>End training cleanly. It can be resumed later.</source>
<translation>Das Training sauber beenden. Es lässt sich später fortsetzen.</translation>
</message>
<message>
<source>Evaluation i&amp;mages:</source>
<translation>Auswertungs&amp;bilder:</translation>
</message>
<message>
<source>Evaluation la&amp;bels:</source>
<translation>Aus&amp;wertungslabels:</translation>
</message>
<message>
<source>Every other setting of the preset, for those who know the method.</source>
<translation>Alle übrigen Einstellungen der Voreinstellung, für Kenner der Methode.</translation>
</message>
<message>
<source>Export for nn&amp;U-Net...</source>
<translation>Für &amp;nnU-Net...</translation>
</message>
<message>
<source>Folder of the labelled scans, such as ceT1.</source>
<translation>Ordner der gelabelten Scans, etwa ceT1.</translation>
</message>
<message>
<source>Folder of the unlabelled scans of the other modality, such as hrT2.</source>
<translation>Ordner der Scans ohne Labels aus der anderen Modalität, etwa hrT2.</translation>
</message>
<message>
<source>Folder of their label maps, with the same names.</source>
<translation>Ordner ihrer Labelkarten, mit denselben Namen.</translation>
</message>
<message>
<source>Folder with scans named *_ceT1, *_hrT2 (or *_T2) and *_Label, in any sub-folders.</source>
<translation>Ordner mit Scans namens *_ceT1, *_hrT2 (oder *_T2) und *_Label, in beliebigen Unterordnern.</translation>
</message>
<message>
<source>How far the present stage is.</source>
<translation>Wie weit der laufende Schritt ist.</translation>
</message>
<message>
<source>How far the saving is.</source>
<translation>Wie weit das Speichern ist.</translation>
</message>
<message>
<source>How long and how thoroughly to train.</source>
<translation>Wie lange und wie gründlich trainiert wird.</translation>
</message>
<message>
<source>How many of the scans have been read.</source>
<translation>Wie viele der Scans gelesen sind.</translation>
</message>
<message>
<source>How often the segmenter is trained again with its own results on the target scans. The paper uses 3.</source>
<translation>Wie oft das Segmentierungsnetz mit seinen eigenen Ergebnissen auf den Ziel-Scans neu trainiert wird. In der Arbeit sind es 3.</translation>
</message>
<message>
<source>How the scans are stored.</source>
<translation>Wie die Scans abgelegt sind.</translation>
</message>
<message>
<source>How the training goes. Losses should fall, the overlap (pseudo-Dice) should rise.</source>
<translation>Wie das Training verläuft. Verluste sollen fallen, die Überlappung (Pseudo-Dice) soll steigen.</translation>
</message>
<message>
<source>How the training goes: losses should fall, the overlap should rise.</source>
<translation>Wie das Training verläuft: Verluste sollen fallen, die Überlappung soll steigen.</translation>
</message>
<message>
<source>How to train.</source>
<translation>Wie trainiert wird.</translation>
</message>
<message>
<source>How well each round segments the evaluation scans.</source>
<translation>Wie gut jede Runde die Auswertungs-Scans segmentiert.</translation>
</message>
<message>
<source>Image &amp;translation:</source>
<translation>Bildüberse&amp;tzung:</translation>
</message>
<message>
<source>Install the&amp;re</source>
<translation>D&amp;ort installieren</translation>
</message>
<message>
<source>Load the case and show it in two views that move together: a source scan beside its translation, with its label; an evaluation scan with its reference beside the prediction; a target scan with its prediction.</source>
<translation>Den Fall laden und in zwei Ansichten zeigen, die sich gemeinsam bewegen: einen Quell-Scan neben seiner Übersetzung, mit seinem Label; einen Auswertungs-Scan mit seiner Referenz neben der Vorhersage; einen Ziel-Scan mit seiner Vorhersage.</translation>
</message>
<message>
<source>Log</source>
<translation>Protokoll</translation>
</message>
<message>
<source>Make samp&amp;les...</source>
<translation>Scans er&amp;zeugen...</translation>
</message>
<message>
<source>Ope&amp;n in plot view</source>
<translation>Im Plot zei&amp;gen</translation>
</message>
<message>
<source>Open this experiment as a page in the browser: scans, translations, curves, scores, pictures and warnings. It names the cases.</source>
<translation>Dieses Experiment als Seite im Browser öffnen: Scans, Übersetzungen, Kurven, Bewertungen, Bilder und Warnungen. Sie nennt die Namen der Fälle.</translation>
</message>
<message>
<source>Optional: folder of target scans with reference labels. They are only scored, never trained on.</source>
<translation>Freiwillig: Ordner von Ziel-Scans mit Referenz-Labels. Sie werden nur bewertet, nie trainiert.</translation>
</message>
<message>
<source>Optional: folder of the label maps of the evaluation images.</source>
<translation>Freiwillig: Ordner der Labelkarten der Auswertungsbilder.</translation>
</message>
<message>
<source>Outl&amp;ines</source>
<translation>Umr&amp;isse</translation>
</message>
<message>
<source>Put the Python packages that training needs into a folder of their own on that computer.</source>
<translation>Die Python-Pakete, die das Training braucht, auf jenem Rechner in einen eigenen Ordner legen.</translation>
</message>
<message>
<source>R&amp;un on:</source>
<translation>Auf &amp;dem Rechner:</translation>
</message>
<message>
<source>Read every scan and show what does not fit, before anything starts.</source>
<translation>Jeden Scan lesen und zeigen, was nicht passt, bevor etwas beginnt.</translation>
</message>
<message>
<source>Repor&amp;t</source>
<translation>Berich&amp;t</translation>
</message>
<message>
<source>S&amp;ource images:</source>
<translation>&amp;Quellbilder:</translation>
</message>
<message>
<source>Sample</source>
<translation>Beispiel</translation>
</message>
<message>
<source>Save &amp;model...</source>
<translation>Pa&amp;ket speichern...</translation>
</message>
<message>
<source>Save the model as one file for other machines. It holds networks, settings and scores, and no patient data.</source>
<translation>Das Modell als eine Datei für andere Rechner speichern. Sie enthält Netze, Einstellungen und Bewertungen, keine Patientendaten.</translation>
</message>
<message>
<source>Save the segmenter for nnU-Net's own commands and for Slicer's extension SlicerNNUnet, which then give the same label maps. It holds no patient data.</source>
<translation>Das Segmentierungsnetz für die eigenen Befehle von nnU-Net und für Slicers Erweiterung SlicerNNUnet speichern, die dann dieselben Labelkarten liefern. Patientendaten sind nicht darin.</translation>
</message>
<message>
<source>Scans</source>
<translation>Scans</translation>
</message>
<message>
<source>Scans are &amp;in:</source>
<translation>Scans l&amp;iegen in:</translation>
</message>
<message>
<source>Scans move&amp;d to...</source>
<translation>Scans verscho&amp;ben nach...</translation>
</message>
<message>
<source>Scores</source>
<translation>Bewertung</translation>
</message>
<message>
<source>Scores on the evaluation scans so far.</source>
<translation>Bisherige Bewertung auf den Auswertungs-Scans.</translation>
</message>
<message>
<source>See whether work can run there: connection, Python, packages, graphics card, disk, queue.</source>
<translation>Nachsehen, ob dort trainiert werden kann: Verbindung, Python, Pakete, Grafikkarte, Platte, Warteschlange.</translation>
</message>
<message>
<source>Self-trai&amp;ning:</source>
<translation>Selbsttrai&amp;ning:</translation>
</message>
<message>
<source>Settings</source>
<translation>Einstellungen</translation>
</message>
<message>
<source>Sho&amp;w folder</source>
<translation>Or&amp;dner zeigen</translation>
</message>
<message>
<source>Show the experiment folder in the file browser.</source>
<translation>Den Experimentordner im Dateimanager zeigen.</translation>
</message>
<message>
<source>Show the scores of all scans in Slicer's own plot view, with zoom, values and a way to save the picture. It goes on as the training does and is not saved with the scene.</source>
<translation>Die Werte aller Scans in Slicers eigener Plotansicht zeigen, mit Zoom, Werten und Speichern als Bild. Sie geht mit dem Training weiter und wird nicht mit der Szene gespeichert.</translation>
</message>
<message>
<source>Show these curves in Slicer's own plot view, with zoom, values and a way to save the picture. It goes on as the training does and is not saved with the scene.</source>
<translation>Diese Kurven in Slicers eigener Plotansicht zeigen, mit Zoom, Werten und Speichern als Bild. Sie geht mit dem Training weiter und wird nicht mit der Szene gespeichert.</translation>
</message>
<message>
<source>Slices of source scans, their translations, and slices of target scans, epoch by epoch.</source>
<translation>Schichten von Quell-Scans, ihre Übersetzungen und Schichten von Ziel-Scans, Epoche für Epoche.</translation>
</message>
<message>
<source>Slices of source scans, their translations, and slices of target scans. The pictures are in the experiment's folder, under translation/samples.</source>
<translation>Schichten von Quell-Scans, ihre Übersetzungen und Schichten von Ziel-Scans. Die Bilder liegen im Experimentordner unter translation/samples.</translation>
</message>
<message>
<source>Sort b&amp;y:</source>
<translation>Sortieren na&amp;ch:</translation>
</message>
<message>
<source>Source &amp;labels:</source>
<translation>Quell-&amp;Labels:</translation>
</message>
<message>
<source>Source se&amp;quence:</source>
<translation>Quell-&amp;Kanal:</translation>
</message>
<message>
<source>Stages</source>
<translation>Schritte</translation>
</message>
<message>
<source>Start training. It goes on when Slicer is closed.</source>
<translation>Das Training starten. Es läuft weiter, wenn Slicer geschlossen wird.</translation>
</message>
<message>
<source>Sto&amp;p</source>
<translation>Sto&amp;ppen</translation>
</message>
<message>
<source>Tar&amp;get images:</source>
<translation>&amp;Zielbilder:</translation>
</message>
<message>
<source>Target se&amp;quence:</source>
<translation>Ziel-K&amp;anal:</translation>
</message>
<message>
<source>The computer that trains: this one, or another one by SSH. The experiment folder here is then kept as a copy.</source>
<translation>Der Rechner, der trainiert: dieser oder ein anderer über SSH. Der Experimentordner hier ist dann eine Kopie.</translation>
</message>
<message>
<source>The network that turns source scans into pseudo-target images. None trains on the source scans as they are, for comparison.</source>
<translation>Das Netz, das aus Quell-Scans Pseudo-Zielbilder macht. Keine: zum Vergleich mit den Quell-Scans trainieren, wie sie sind.</translation>
</message>
<message>
<source>The order of the scans below; a press on a column's title does it too.</source>
<translation>Die Reihenfolge der Scans darunter; ein Klick auf einen Spaltentitel ändert sie auch.</translation>
</message>
<message>
<source>The overlap of each evaluation scan with its reference (Dice, DSC) after each round of training: 0 is none, 1 is perfect.</source>
<translation>Die Überlappung jedes Auswertungs-Scans mit seiner Referenz (Dice, DSC) nach jeder Runde: 0 ist keine, 1 ist vollkommen.</translation>
</message>
<message>
<source>The place is being asked, or packages are being installed there.</source>
<translation>Der Rechner wird gefragt, oder dort werden Pakete installiert.</translation>
</message>
<message>
<source>The scans that were found. Problems must be solved before training; notes need not.</source>
<translation>Die gefundenen Scans. Probleme sind vor dem Training zu lösen, Hinweise nicht unbedingt.</translation>
</message>
<message>
<source>The scans to train with.</source>
<translation>Die Scans, mit denen trainiert wird.</translation>
</message>
<message>
<source>The stages of the method and how far each is.</source>
<translation>Die Schritte der Methode und wie weit jeder ist.</translation>
</message>
<message>
<source>Trai&amp;ning epoch:</source>
<translation>Trainin&amp;gsepoche:</translation>
</message>
<message>
<source>Train: image translation from labelled source scans to unlabelled target scans, then segmentation.</source>
<translation>Trainieren: Bildübersetzung von gelabelten Quell-Scans zu Ziel-Scans ohne Labels, dann Segmentierung.</translation>
</message>
<message>
<source>Use for se&amp;gmentation</source>
<translation>Als &amp;Modell wählen</translation>
</message>
<message>
<source>View &amp;case</source>
<translation>Fa&amp;ll zeigen</translation>
</message>
<message>
<source>What happened, newest last.</source>
<translation>Was geschehen ist, das Neueste zuletzt.</translation>
</message>
<message>
<source>What to show of the training.</source>
<translation>Was vom Training gezeigt wird.</translation>
</message>
<message>
<source>Where the networks train. Automatic takes the graphics card if there is a suitable one.</source>
<translation>Wo die Netze trainieren. Automatisch nimmt die Grafikkarte, wenn es eine geeignete gibt.</translation>
</message>
<message>
<source>Which device of that computer trains: auto, cpu, cuda, cuda:1, or several graphics cards as cuda:0,1. Empty is auto.</source>
<translation>Welches Gerät jenes Rechners trainiert: auto, cpu, cuda, cuda:1 oder mehrere Grafikkarten wie cuda:0,1. Leer heißt auto.</translation>
</message>
<message>
<source>Which scans of this data set, also for the evaluation: a channel of nnU-Net's, or what BIDS has at the end of their names.</source>
<translation>Welche Scans dieses Datensatzes, auch für die Auswertung: ein Kanal bei nnU-Net, oder was bei BIDS am Ende ihrer Namen steht.</translation>
</message>
<message>
<source>Which scans of this data set: a channel of nnU-Net's, or what BIDS has at the end of their names.</source>
<translation>Welche Scans dieses Datensatzes: ein Kanal bei nnU-Net, oder was bei BIDS am Ende ihrer Namen steht.</translation>
</message>
<message>
<source>Which training to show.</source>
<translation>Welches Training gezeigt wird.</translation>
</message>
<message>
<source>Write a small synthetic data set to a folder, to try the method with.</source>
<translation>Einen kleinen synthetischen Datensatz zum Ausprobieren der Methode in einen Ordner schreiben.</translation>
</message>
</context>
<context>
<name>commands.dependencies</name>
<message>
<source>PyTorch: trains and runs the neural networks</source>
<translation>PyTorch: trainiert und rechnet die neuronalen Netze</translation>
</message>
<message>
<source>calculates with images</source>
<translation>rechnet mit Bildern</translation>
</message>
<message>
<source>finds the folder for your models</source>
<translation>findet den Ordner für Modelle</translation>
</message>
<message>
<source>measures distances between surfaces</source>
<translation>misst Abstände zwischen Oberflächen</translation>
</message>
<message>
<source>nnU-Net: segments the scans</source>
<translation>nnU-Net: segmentiert die Scans</translation>
</message>
<message>
<source>reads and writes scans</source>
<translation>liest und schreibt Scans</translation>
</message>
<message>
<source>shows progress in a terminal</source>
<translation>zeigt den Fortschritt im Terminal</translation>
</message>
<message>
<source>starts and ends the work in the background</source>
<translation>startet und beendet die Arbeit im Hintergrund</translation>
</message>
<message>
<source>stores trained networks safely</source>
<translation>speichert trainierte Netze sicher</translation>
</message>
<message>
<source>writes sample pictures</source>
<translation>schreibt Beispielbilder</translation>
</message>
</context>
<context>
<name>dependenciesWidget</name>
<message>
<source>&amp;Install what is missing...</source>
<translation>Fehlendes &amp;installieren...</translation>
</message>
<message>
<source>&amp;Without internet...</source>
<translation>&amp;Ohne Internet...</translation>
</message>
<message>
<source>Asks first, then installs the missing packages. Slicer's own packages are not replaced.</source>
<translation>Fragt zuerst und installiert dann die fehlenden Pakete. Slicers eigene Pakete werden nicht ersetzt.</translation>
</message>
<message>
<source>Installation log</source>
<translation>Installationsprotokoll</translation>
</message>
<message>
<source>Python packages</source>
<translation>Python-Pakete</translation>
</message>
<message>
<source>Shows the commands that install the packages by way of another computer.</source>
<translation>Zeigt die Befehle, mit denen sich die Pakete über einen anderen Rechner installieren lassen.</translation>
</message>
<message>
<source>The Python packages that training and inference need beyond Slicer's own.</source>
<translation>Die Python-Pakete, die Training und Anwendung über Slicers eigene hinaus brauchen.</translation>
</message>
<message>
<source>What the installation said.</source>
<translation>Was die Installation gemeldet hat.</translation>
</message>
</context>
<context>
<name>evaluateWidget</name>
<message>
<source>&amp;Apply</source>
<translation>&amp;Anwenden</translation>
</message>
<message>
<source>&amp;Reference:</source>
<translation>&amp;Referenz:</translation>
</message>
<message>
<source>&amp;Scores as in:</source>
<translation>&amp;Bewertung nach:</translation>
</message>
<message>
<source>Compare a segmentation with a reference.</source>
<translation>Eine Segmentierung mit einer Referenz vergleichen.</translation>
</message>
<message>
<source>Compute the overlap (DSC, 1 is perfect) and the average surface distance (ASSD, in mm).</source>
<translation>Die Überlappung (DSC, 1 ist vollkommen) und den mittleren Oberflächenabstand (ASSD, in mm) berechnen.</translation>
</message>
<message>
<source>DSC: overlap from 0 to 1. ASSD: average distance between the two surfaces in mm. The table is also in the scene.</source>
<translation>DSC: Überlappung von 0 bis 1. ASSD: mittlerer Abstand der beiden Oberflächen in mm. Die Tabelle ist auch in der Szene.</translation>
</message>
<message>
<source>Evaluate</source>
<translation>Auswerten</translation>
</message>
<message>
<source>How the average distance between surfaces is counted, and what a missing structure scores.</source>
<translation>Wie der mittlere Oberflächenabstand gezählt wird und wie eine fehlende Struktur zählt.</translation>
</message>
<message>
<source>Se&amp;gmentation:</source>
<translation>Se&amp;gmentierung:</translation>
</message>
<message>
<source>Select a reference</source>
<translation>Referenz wählen</translation>
</message>
<message>
<source>Select a segmentation</source>
<translation>Segmentierung wählen</translation>
</message>
<message>
<source>The result to score: a segmentation or a label map.</source>
<translation>Das Ergebnis, das bewertet wird: eine Segmentierung oder Labelkarte.</translation>
</message>
<message>
<source>The scores are being computed.</source>
<translation>Die Bewertung wird berechnet.</translation>
</message>
<message>
<source>What it is compared with, such as a manual segmentation of the same scan.</source>
<translation>Womit verglichen wird, etwa eine manuelle Segmentierung desselben Scans.</translation>
</message>
</context>
<context>
<name>followUpWidget</name>
<message>
<source>&amp;Apply</source>
<translation>&amp;Anwenden</translation>
</message>
<message>
<source>&amp;Open page</source>
<translation>Seite öff&amp;nen</translation>
</message>
<message>
<source>&amp;Save page...</source>
<translation>Seite &amp;speichern...</translation>
</message>
<message>
<source>Diameters over time in Slicer's plot view.</source>
<translation>Durchmesser im Lauf der Zeit in Slicers Plotansicht.</translation>
</message>
<message>
<source>Follow-up</source>
<translation>Verlauf</translation>
</message>
<message>
<source>Limits: the outline half a voxel further in or out. Changed: by 20 % or 2 mm, and by more than the limits. The table is also in the scene.</source>
<translation>Grenzen: der Umriss einen halben Voxel weiter innen oder außen. Geändert: um 20 % oder 2 mm, und um mehr als die Grenzen. Die Tabelle liegt auch in der Szene.</translation>
</message>
<message>
<source>Measure and compare the ticked segmentations.</source>
<translation>Die angehakten Segmentierungen messen und vergleichen.</translation>
</message>
<message>
<source>One patient's tumour at several dates: volume, diameters, growth.</source>
<translation>Der Tumor eines Patienten an mehreren Terminen: Volumen, Durchmesser, Wachstum.</translation>
</message>
<message>
<source>Open the comparison as a web page in the browser: sizes, changes and how to read them, and a plot if Matplotlib is there. It names the patient and the scans. Should the browser show nothing, save the page, and open that file.</source>
<translation>Öffnet den Vergleich als Webseite im Browser: Größen, Änderungen und wie man sie liest, dazu Kurven, falls Matplotlib da ist. Die Seite ist auf Englisch und nennt den Patienten und die Aufnahmen. Zeigt der Browser nichts, speichern Sie die Seite und öffnen Sie diese Datei.</translation>
</message>
<message>
<source>Plot &amp;diameters</source>
<translation>Plot: &amp;Durchmesser</translation>
</message>
<message>
<source>Plot vo&amp;lumes</source>
<translation>Plot: Vo&amp;lumina</translation>
</message>
<message>
<source>Save the comparison as one web page that needs nothing beside it.</source>
<translation>Speichert den Vergleich als eine Webseite, die nichts weiter braucht.</translation>
</message>
<message>
<source>Str&amp;ucture:</source>
<translation>Str&amp;uktur:</translation>
</message>
<message>
<source>The segmentations are being measured.</source>
<translation>Die Segmentierungen werden gemessen.</translation>
</message>
<message>
<source>Tick the segmentations of one patient; type the dates that were not found, as 2024-03-01.</source>
<translation>Haken Sie die Segmentierungen eines Patienten an; tragen Sie nicht gefundene Daten ein, wie 2024-03-01.</translation>
</message>
<message>
<source>Volume over time in Slicer's plot view.</source>
<translation>Volumen im Lauf der Zeit in Slicers Plotansicht.</translation>
</message>
<message>
<source>What is followed. Parts of a tumour inside and outside the internal auditory canal are taken as one.</source>
<translation>Was verfolgt wird. Anteile eines Tumors innerhalb und außerhalb des inneren Gehörgangs gelten als einer.</translation>
</message>
</context>
<context>
<name>method.plan</name>
<message>
<source>Check the pseudo-target images</source>
<translation>Pseudo-Zielbilder prüfen</translation>
</message>
<message>
<source>Check the scans</source>
<translation>Scans prüfen</translation>
</message>
<message>
<source>Collect the pseudo-target images</source>
<translation>Pseudo-Zielbilder sammeln</translation>
</message>
<message>
<source>Comparison: {step}</source>
<translation>Vergleich: {step}</translation>
</message>
<message>
<source>Evidence: measure the source labels</source>
<translation>Belege: Quell-Labels messen</translation>
</message>
<message>
<source>Find out which structures lie in one piece</source>
<translation>Nachsehen, welche Strukturen in einem Stück liegen</translation>
</message>
<message>
<source>Segmentation: {step}</source>
<translation>Segmentierung: {step}</translation>
</message>
<message>
<source>Self-training {iteration}: {step}</source>
<translation>Selbsttraining {iteration}: {step}</translation>
</message>
<message>
<source>Send the scans</source>
<translation>Scans senden</translation>
</message>
<message>
<source>Translate the source scans</source>
<translation>Quell-Scans übersetzen</translation>
</message>
<message>
<source>Translation: prepare source slices</source>
<translation>Übersetzung: Quell-Schichten vorbereiten</translation>
</message>
<message>
<source>Translation: prepare target slices</source>
<translation>Übersetzung: Ziel-Schichten vorbereiten</translation>
</message>
<message>
<source>Translation: train</source>
<translation>Übersetzung: trainieren</translation>
</message>
<message>
<source>Try out how fast this computer trains</source>
<translation>Ausprobieren, wie schnell dieser Rechner trainiert</translation>
</message>
<message>
<source>collect scans and own results</source>
<translation>Scans und eigene Ergebnisse sammeln</translation>
</message>
<message>
<source>collect the source scans</source>
<translation>Quell-Scans sammeln</translation>
</message>
<message>
<source>compare with the real labels</source>
<translation>mit den echten Labels vergleichen</translation>
</message>
<message>
<source>prepare</source>
<translation>vorbereiten</translation>
</message>
<message>
<source>score</source>
<translation>bewerten</translation>
</message>
<message>
<source>see whether to trust the results</source>
<translation>prüfen, ob den Ergebnissen zu trauen ist</translation>
</message>
<message>
<source>segment the target scans</source>
<translation>Ziel-Scans segmentieren</translation>
</message>
<message>
<source>train</source>
<translation>trainieren</translation>
</message>
</context>
<context>
<name>panel.CrossMoDAUDASubjectHierarchyPlugin</name>
<message>
<source>Segment with CrossMoDA UDA</source>
<translation>Mit CrossMoDA UDA segmentieren</translation>
</message>
</context>
<context>
<name>panel.adapt_section</name>
<message>
<source>&amp;Cancel check</source>
<translation>&amp;Prüfung abbrechen</translation>
</message>
<message>
<source>&amp;Check scans</source>
<translation>Scans &amp;prüfen</translation>
</message>
<message>
<source>&amp;Start</source>
<translation>&amp;Starten</translation>
</message>
<message>
<source>Choose a folder for the experiment.</source>
<translation>Wählen Sie einen Ordner für das Experiment.</translation>
</message>
<message>
<source>Details are in {log}.</source>
<translation>Einzelheiten stehen in {log}.</translation>
</message>
<message>
<source>Files named *_ceT1, *_hrT2 or *_T2, and *_Label.</source>
<translation>Dateien namens *_ceT1, *_hrT2 oder *_T2 und *_Label.</translation>
</message>
<message>
<source>Folders of images and labels</source>
<translation>Ordner von Bildern und Labels</translation>
</message>
<message>
<source>Its last words: {words}</source>
<translation>Die letzte Meldung: {words}</translation>
</message>
<message>
<source>One folder for each kind of file; any file names.</source>
<translation>Ein Ordner für jede Art von Dateien; beliebige Dateinamen.</translation>
</message>
<message>
<source>One folder, crossMoDA's names</source>
<translation>Ein Ordner, Namen wie crossMoDA</translation>
</message>
<message>
<source>One scan read, {problems} with problems, {notes} with notes.</source>
<translation>Ein Scan gelesen, {problems} mit Problemen, {notes} mit Hinweisen.</translation>
</message>
<message>
<source>Re&amp;sume</source>
<translation>Fort&amp;setzen</translation>
</message>
<message>
<source>Reading the scans...</source>
<translation>Scans werden gelesen...</translation>
</message>
<message>
<source>Settings in bold differ from the preset.</source>
<translation>Fett gedruckte Einstellungen weichen von der Voreinstellung ab.</translation>
</message>
<message>
<source>Starting...</source>
<translation>Wird gestartet...</translation>
</message>
<message>
<source>Stopped by force, because it did not answer. Resume goes on from the last checkpoint.</source>
<translation>Erzwungen beendet, weil es nicht antwortete. Fortsetzen macht beim letzten Zwischenstand weiter.</translation>
</message>
<message>
<source>Stopping after the current training step...</source>
<translation>Hält nach dem laufenden Trainingsschritt an...</translation>
</message>
<message>
<source>The check was cancelled.</source>
<translation>Die Prüfung wurde abgebrochen.</translation>
</message>
<message>
<source>Training goes on when Slicer is closed.</source>
<translation>Das Training läuft weiter, wenn Slicer geschlossen wird.</translation>
</message>
<message>
<source>iteration</source>
<translation>Runde</translation>
</message>
<message>
<source>iterations</source>
<translation>Runden</translation>
</message>
<message>
<source>{cases} scans read, {problems} with problems, {notes} with notes.</source>
<translation>{cases} Scans gelesen, {problems} mit Problemen, {notes} mit Hinweisen.</translation>
</message>
</context>
<context>
<name>panel.adapt_workers</name>
<message>
<source>Not started: {folder} is being worked on already. That training is shown here.</source>
<translation>Nicht gestartet: An {folder} wird schon gearbeitet. Jenes Training wird hier gezeigt.</translation>
</message>
<message>
<source>Not started: {folder} is being worked on by process {pid} on {host}. That training is shown here.</source>
<translation>Nicht gestartet: An {folder} arbeitet Prozess {pid} auf {host}. Jenes Training wird hier gezeigt.</translation>
</message>
<message>
<source>The training could not be started (status {status}).</source>
<translation>Das Training ließ sich nicht starten (Status {status}).</translation>
</message>
<message>
<source>The training in {folder} has ended; see the module CrossMoDA UDA.</source>
<translation>Das Training in {folder} ist zu Ende; siehe Modul CrossMoDA UDA.</translation>
</message>
<message>
<source>The training in {folder} has finished; see the module CrossMoDA UDA.</source>
<translation>Das Training in {folder} ist fertig; siehe Modul CrossMoDA UDA.</translation>
</message>
<message>
<source>{folder} cannot be written ({reason}).</source>
<translation>In {folder} lässt sich nicht schreiben ({reason}).</translation>
</message>
</context>
<context>
<name>panel.cases_table</name>
<message>
<source>Distance between voxels along x, y and z.</source>
<translation>Abstand der Voxel entlang x, y und z.</translation>
</message>
<message>
<source>Domain</source>
<translation>Domäne</translation>
</message>
<message>
<source>Name</source>
<translation>Name</translation>
</message>
<message>
<source>Note: {text}</source>
<translation>Hinweis: {text}</translation>
</message>
<message>
<source>Problem or note</source>
<translation>Problem oder Hinweis</translation>
</message>
<message>
<source>Problem: {text}</source>
<translation>Problem: {text}</translation>
</message>
<message>
<source>Problems first</source>
<translation>Probleme zuerst</translation>
</message>
<message>
<source>Scan</source>
<translation>Scan</translation>
</message>
<message>
<source>Size</source>
<translation>Größe</translation>
</message>
<message>
<source>Spacing</source>
<translation>Abstand</translation>
</message>
<message>
<source>Spacing (mm)</source>
<translation>Abstand (mm)</translation>
</message>
<message>
<source>The scan's file, without what says of which kind it is.</source>
<translation>Die Datei des Scans, ohne den Teil, der seine Art nennt.</translation>
</message>
<message>
<source>Voxels along x, y and z.</source>
<translation>Voxel entlang x, y und z.</translation>
</message>
<message>
<source>What the scan is for.</source>
<translation>Wofür der Scan dient.</translation>
</message>
<message>
<source>What to look at.</source>
<translation>Was anzusehen ist.</translation>
</message>
<message>
<source>evaluation</source>
<translation>Auswertung</translation>
</message>
<message>
<source>fine</source>
<translation>in Ordnung</translation>
</message>
<message>
<source>source</source>
<translation>Quelle</translation>
</message>
<message>
<source>target</source>
<translation>Ziel</translation>
</message>
<message>
<source>{size} voxels of {spacing} mm</source>
<translation>{size} Voxel von {spacing} mm</translation>
</message>
<message>
<source>{spacing} mm</source>
<translation>{spacing} mm</translation>
</message>
<message>
<source>{what} Press to sort.</source>
<translation>{what} Zum Sortieren klicken.</translation>
</message>
</context>
<context>
<name>panel.changes</name>
<message>
<source>{title} (before it was changed)</source>
<translation>{title} (vor der Änderung)</translation>
</message>
<message>
<source>{title} (before this was changed: {names})</source>
<translation>{title} (bevor dies geändert wurde: {names})</translation>
</message>
</context>
<context>
<name>panel.command_runner</name>
<message>
<source>The work ended unexpectedly: {lastWords}</source>
<translation>Die Arbeit endete unerwartet: {lastWords}</translation>
</message>
<message>
<source>The work was ended from outside (status {status}); memory may have run out.</source>
<translation>Die Arbeit wurde von außen beendet (Status {status}); vielleicht ging der Speicher aus.</translation>
</message>
</context>
<context>
<name>panel.curves_tab</name>
<message>
<source>Curves come with the first steps of a training.</source>
<translation>Kurven kommen mit den ersten Schritten eines Trainings.</translation>
</message>
<message>
<source>Training step</source>
<translation>Trainingsschritt</translation>
</message>
<message>
<source>{experiment}: {chart}</source>
<translation>{experiment}: {chart}</translation>
</message>
<message>
<source>{stage} ({chart})</source>
<translation>{stage} ({chart})</translation>
</message>
<message>
<source>{title}: {term}</source>
<translation>{title}: {term}</translation>
</message>
</context>
<context>
<name>panel.dependencies_section</name>
<message>
<source>&amp;Install what is missing...</source>
<translation>Fehlendes &amp;installieren...</translation>
</message>
<message>
<source>&amp;Install...</source>
<translation>&amp;Installieren...</translation>
</message>
<message>
<source>1. On a computer with internet, the same operating system and Python {version}, in a terminal in that folder:</source>
<translation>1. Auf einem Rechner mit Internet, demselben Betriebssystem und Python {version}, in einem Terminal in diesem Ordner:</translation>
</message>
<message>
<source>2. On this computer, in a terminal (on Windows: Command Prompt) in that folder, while Slicer is closed:</source>
<translation>2. Auf diesem Rechner, in einem Terminal (unter Windows: Eingabeaufforderung) in diesem Ordner, während Slicer geschlossen ist:</translation>
</message>
<message>
<source>Another extension is installing Python packages; wait for it to end and try again.</source>
<translation>Eine andere Erweiterung installiert gerade Python-Pakete; warten Sie, bis das fertig ist, und versuchen Sie es erneut.</translation>
</message>
<message>
<source>Cannot write into {folder} ({error}); choose another folder.</source>
<translation>In {folder} lässt sich nicht schreiben ({error}); wählen Sie einen anderen Ordner.</translation>
</message>
<message>
<source>Everything that is needed is installed.</source>
<translation>Alles Nötige ist installiert.</translation>
</message>
<message>
<source>Folder that travels between the computers, such as on a USB stick</source>
<translation>Ordner, der zwischen den Rechnern wandert, etwa auf einem USB-Stick</translation>
</message>
<message>
<source>Install Python packages</source>
<translation>Python-Pakete installieren</translation>
</message>
<message>
<source>Installing {package}; this can take many minutes...</source>
<translation>{package} wird installiert; das kann viele Minuten dauern...</translation>
</message>
<message>
<source>Nothing was installed.</source>
<translation>Es wurde nichts installiert.</translation>
</message>
<message>
<source>Packages of others lack what they need now ({packages}); see the log below.</source>
<translation>Pakete anderer vermissen jetzt etwas ({packages}); siehe Protokoll unten.</translation>
</message>
<message>
<source>Python packages are missing ({names}): install them in the section Python packages at the top.</source>
<translation>Python-Pakete fehlen ({names}): im Abschnitt Python-Pakete ganz oben installieren.</translation>
</message>
<message>
<source>Python packages do not work ({names}): see the section Python packages at the top.</source>
<translation>Python-Pakete funktionieren nicht ({names}): siehe Abschnitt Python-Pakete ganz oben.</translation>
</message>
<message>
<source>Python packages: all installed</source>
<translation>Python-Pakete: alle installiert</translation>
</message>
<message>
<source>Python packages: restart Slicer</source>
<translation>Python-Pakete: Slicer neu starten</translation>
</message>
<message>
<source>Python packages: {count} do not work</source>
<translation>Python-Pakete: {count} ohne Funktion</translation>
</message>
<message>
<source>Python packages: {count} does not work</source>
<translation>Python-Pakete: {count} ohne Funktion</translation>
</message>
<message>
<source>Python packages: {count} missing</source>
<translation>Python-Pakete: {count} fehlen</translation>
</message>
<message>
<source>Restart Slicer, then come back here.</source>
<translation>Slicer neu starten und dann hierher zurückkehren.</translation>
</message>
<message>
<source>Restart Slicer: {packages} changed while in use.</source>
<translation>Slicer neu starten: {packages} hat sich geändert, während es in Gebrauch war.</translation>
</message>
<message>
<source>Slicer's own packages were changed ({packages}): reinstall Slicer.</source>
<translation>Slicers eigene Pakete wurden verändert ({packages}): Slicer neu installieren.</translation>
</message>
<message>
<source>Some packages are still missing; see the log below and try again.</source>
<translation>Einige Pakete fehlen noch; sehen Sie sich das Protokoll unten an, und versuchen Sie es erneut.</translation>
</message>
<message>
<source>The PyTorch extension did not install PyTorch: try again in its own module PyTorch Utils.</source>
<translation>Die Erweiterung PyTorch hat PyTorch nicht installiert: in ihrem eigenen Modul PyTorch Utils erneut versuchen.</translation>
</message>
<message>
<source>The commands are in the log below; the folder already holds the files that they refer to.</source>
<translation>Die Befehle stehen im Protokoll unten; der Ordner enthält schon die Dateien, die sie nennen.</translation>
</message>
<message>
<source>The extension {name} is missing: install it in the Extensions Manager (menu View), restart Slicer, try again.</source>
<translation>Die Erweiterung {name} fehlt: im Erweiterungsmanager (Menü Ansicht) installieren, Slicer neu starten, erneut versuchen.</translation>
</message>
<message>
<source>The installation could not begin; see the log below.</source>
<translation>Die Installation konnte nicht beginnen; siehe Protokoll unten.</translation>
</message>
<message>
<source>These Python packages will be downloaded and installed:

{packages}

With what they need themselves this can take many minutes and several gigabytes, and Slicer cannot be used meanwhile. Packages that are already installed keep their versions. Go on?</source>
<translation>Diese Python-Pakete werden heruntergeladen und installiert:

{packages}

Mit allem, was sie selbst brauchen, kann das viele Minuten dauern und mehrere Gigabyte belegen; Slicer lässt sich so lange nicht benutzen. Schon installierte Pakete behalten ihre Version. Fortfahren?</translation>
</message>
<message>
<source>Trying the packages...</source>
<translation>Pakete werden ausprobiert...</translation>
</message>
<message>
<source>installed {version}</source>
<translation>installiert: {version}</translation>
</message>
<message>
<source>installed {version}, but lacks {packages}</source>
<translation>installiert: {version}, es fehlt aber {packages}</translation>
</message>
<message>
<source>missing ({purpose})</source>
<translation>fehlt ({purpose})</translation>
</message>
<message>
<source>{packages} could not be installed; check the internet connection and the free disk space (log below).</source>
<translation>{packages} ließ sich nicht installieren; prüfen Sie Internetverbindung und freien Plattenplatz (Protokoll unten).</translation>
</message>
<message>
<source>{package} {versions}: {purpose}.</source>
<translation>{package} {versions}: {purpose}.</translation>
</message>
<message>
<source>{package} {version} is installed but does not work ({reason}): uninstall it, restart Slicer, try again.</source>
<translation>{package} {version} ist installiert, funktioniert aber nicht ({reason}): deinstallieren, Slicer neu starten, erneut versuchen.</translation>
</message>
<message>
<source>{package} {version} is part of this Slicer and must not be replaced: install Slicer 5.10 or later.</source>
<translation>{package} {version} gehört zu diesem Slicer und darf nicht ersetzt werden: Slicer 5.10 oder neuer installieren.</translation>
</message>
<message>
<source>{package}: {mark}</source>
<translation>{package}: {mark}</translation>
</message>
<message>
<source>{version} does not fit: needs {versions}</source>
<translation>{version} passt nicht: nötig ist {versions}</translation>
</message>
<message>
<source>{version} does not work ({reason})</source>
<translation>{version} funktioniert nicht ({reason})</translation>
</message>
</context>
<context>
<name>panel.drops</name>
<message>
<source>Not loaded: {files}; see Slicer's error log.</source>
<translation>Nicht geladen: {files}; siehe Slicers Fehlerprotokoll.</translation>
</message>
</context>
<context>
<name>panel.evaluate_section</name>
<message>
<source>&amp;Apply</source>
<translation>&amp;Anwenden</translation>
</message>
<message>
<source>&amp;Cancel</source>
<translation>&amp;Abbrechen</translation>
</message>
<message>
<source>'{first}' and '{second}' lie on different grids; choose two segmentations of the same scan.</source>
<translation>„{first}“ und „{second}“ liegen auf verschiedenen Gittern; wählen Sie zwei Segmentierungen desselben Scans.</translation>
</message>
<message>
<source>ASSD (mm)</source>
<translation>ASSD (mm)</translation>
</message>
<message>
<source>Cancelled.</source>
<translation>Abgebrochen.</translation>
</message>
<message>
<source>Choose a segmentation and its reference.</source>
<translation>Wählen Sie eine Segmentierung und ihre Referenz.</translation>
</message>
<message>
<source>Compute the scores.</source>
<translation>Die Bewertung berechnen.</translation>
</message>
<message>
<source>Computing the scores...</source>
<translation>Die Bewertung wird berechnet...</translation>
</message>
<message>
<source>DSC</source>
<translation>DSC</translation>
</message>
<message>
<source>Done.</source>
<translation>Fertig.</translation>
</message>
<message>
<source>End the work.</source>
<translation>Die Arbeit beenden.</translation>
</message>
<message>
<source>Mean of all distances together; a structure missing in both counts as perfect.</source>
<translation>Mittel aller Abstände zusammen; eine in beiden fehlende Struktur zählt als vollkommen.</translation>
</message>
<message>
<source>Mean of the two directions; 350 mm where only one has the structure.</source>
<translation>Mittel der beiden Richtungen; 350 mm, wo nur eine von beiden die Struktur hat.</translation>
</message>
<message>
<source>Only one of the two has these, so they are not compared: {names}.</source>
<translation>Nur eine der beiden hat diese, sie werden daher nicht verglichen: {names}.</translation>
</message>
<message>
<source>Reference volume (ml)</source>
<translation>Volumen der Referenz (ml)</translation>
</message>
<message>
<source>Scores of {name} by {convention}</source>
<translation>Bewertung von {name} nach {convention}</translation>
</message>
<message>
<source>Segmentation and reference are the same; choose two.</source>
<translation>Segmentierung und Referenz sind dieselbe; wählen Sie zwei verschiedene.</translation>
</message>
<message>
<source>Structure</source>
<translation>Struktur</translation>
</message>
<message>
<source>Volume (ml)</source>
<translation>Volumen (ml)</translation>
</message>
<message>
<source>crossMoDA 2022</source>
<translation>crossMoDA 2022</translation>
</message>
<message>
<source>medpy (package)</source>
<translation>medpy (Paket)</translation>
</message>
<message>
<source>{scores}, compared with {reference}</source>
<translation>{scores}, verglichen mit {reference}</translation>
</message>
<message>
<source>{title}; by which convention is not recorded</source>
<translation>{title}; nach welcher Konvention, ist nicht festgehalten</translation>
</message>
</context>
<context>
<name>panel.experiment_view</name>
<message>
<source>Done: {stage}</source>
<translation>Fertig: {stage}</translation>
</message>
<message>
<source>Error: {text}</source>
<translation>Fehler: {text}</translation>
</message>
<message>
<source>Failed</source>
<translation>Fehlgeschlagen</translation>
</message>
<message>
<source>Finished</source>
<translation>Fertig</translation>
</message>
<message>
<source>How far the stage is.</source>
<translation>Wie weit der Schritt ist.</translation>
</message>
<message>
<source>How long it took or has taken.</source>
<translation>Wie lange er dauerte oder bisher dauert.</translation>
</message>
<message>
<source>Note: {text}</source>
<translation>Hinweis: {text}</translation>
</message>
<message>
<source>Stage</source>
<translation>Schritt</translation>
</message>
<message>
<source>Started</source>
<translation>Gestartet</translation>
</message>
<message>
<source>State</source>
<translation>Stand</translation>
</message>
<message>
<source>Stopped</source>
<translation>Angehalten</translation>
</message>
<message>
<source>Time</source>
<translation>Zeit</translation>
</message>
<message>
<source>What is done, in this order.</source>
<translation>Was getan wird, in dieser Reihenfolge.</translation>
</message>
<message>
<source>about {time} left in this stage</source>
<translation>in diesem Schritt noch etwa {time}</translation>
</message>
<message>
<source>{step} of {total}</source>
<translation>{step} von {total}</translation>
</message>
</context>
<context>
<name>panel.follow_up_doubt</name>
<message>
<source>What the network doubts of '{name}' is left out: its segments have other label values than those of the others.</source>
<translation>Was das Netz an „{name}“ bezweifelt, bleibt weg: Die Segmente haben andere Labelwerte als die der übrigen.</translation>
</message>
</context>
<context>
<name>panel.follow_up_patients</name>
<message>
<source>Nothing tells whose scan '{name}' is.</source>
<translation>Nichts sagt, von wem der Scan „{name}“ ist.</translation>
</message>
<message>
<source>Nothing tells whose scans these are.</source>
<translation>Nichts sagt, von wem diese Scans sind.</translation>
</message>
</context>
<context>
<name>panel.follow_up_results</name>
<message>
<source>Axial diameter</source>
<translation>Axialer Durchmesser</translation>
</message>
<message>
<source>Axial diameter (mm)</source>
<translation>Axialer Durchmesser (mm)</translation>
</message>
<message>
<source>Date</source>
<translation>Datum</translation>
</message>
<message>
<source>Diameter (mm)</source>
<translation>Durchmesser (mm)</translation>
</message>
<message>
<source>Diameters</source>
<translation>Durchmesser</translation>
</message>
<message>
<source>Extrameatal diameter</source>
<translation>Extrameataler Durchmesser</translation>
</message>
<message>
<source>Extrameatal diameter (mm)</source>
<translation>Extrameataler Durchmesser (mm)</translation>
</message>
<message>
<source>Follow-up (nothing tells whose scans these are)</source>
<translation>Verlauf (nichts sagt, von wem diese Scans sind)</translation>
</message>
<message>
<source>Follow-up of {patient}</source>
<translation>Verlauf von {patient}</translation>
</message>
<message>
<source>Growing: {percent} a year; it doubles in {years} years.</source>
<translation>Wachsend: {percent} im Jahr; er verdoppelt sich in {years} Jahren.</translation>
</message>
<message>
<source>Growth needs two scans that show the tumour.</source>
<translation>Für das Wachstum braucht es zwei Scans, die den Tumor zeigen.</translation>
</message>
<message>
<source>Left: {text}</source>
<translation>Links: {text}</translation>
</message>
<message>
<source>Limits (ml)</source>
<translation>Grenzen (ml)</translation>
</message>
<message>
<source>Right: {text}</source>
<translation>Rechts: {text}</translation>
</message>
<message>
<source>Shrinking: {percent} a year; it halves in {years} years.</source>
<translation>Schrumpfend: {percent} im Jahr; er halbiert sich in {years} Jahren.</translation>
</message>
<message>
<source>Since first scan</source>
<translation>Seit dem ersten Scan</translation>
</message>
<message>
<source>Since previous scan</source>
<translation>Seit dem vorigen Scan</translation>
</message>
<message>
<source>Volume</source>
<translation>Volumen</translation>
</message>
<message>
<source>Volume (ml)</source>
<translation>Volumen (ml)</translation>
</message>
<message>
<source>Years since {date}</source>
<translation>Jahre seit {date}</translation>
</message>
<message>
<source>cannot be told</source>
<translation>nicht zu sagen</translation>
</message>
<message>
<source>contradictory</source>
<translation>widersprüchlich</translation>
</message>
<message>
<source>grown</source>
<translation>gewachsen</translation>
</message>
<message>
<source>no change</source>
<translation>keine Änderung</translation>
</message>
<message>
<source>not found</source>
<translation>nicht gefunden</translation>
</message>
<message>
<source>not found before</source>
<translation>vorher nicht gefunden</translation>
</message>
<message>
<source>not found in either</source>
<translation>in keinem gefunden</translation>
</message>
<message>
<source>shrunk</source>
<translation>geschrumpft</translation>
</message>
<message>
<source>small</source>
<translation>gering</translation>
</message>
<message>
<source>{patient}: diameters</source>
<translation>{patient}: Durchmesser</translation>
</message>
<message>
<source>{patient}: volume</source>
<translation>{patient}: Volumen</translation>
</message>
<message>
<source>{percent} a year: the limits hold 0, so there is no doubling time.</source>
<translation>{percent} im Jahr: Die Grenzen schließen 0 ein, also gibt es keine Verdopplungszeit.</translation>
</message>
<message>
<source>{quantity}, limits</source>
<translation>{quantity}, Grenzen</translation>
</message>
<message>
<source>{text}, left</source>
<translation>{text}, links</translation>
</message>
<message>
<source>{text}, right</source>
<translation>{text}, rechts</translation>
</message>
<message>
<source>{value} ({low} to {high})</source>
<translation>{value} ({low} bis {high})</translation>
</message>
<message>
<source>{verdict}: {low} to {high} {unit}</source>
<translation>{verdict}: {low} bis {high} {unit}</translation>
</message>
</context>
<context>
<name>panel.follow_up_section</name>
<message>
<source>&amp;Apply</source>
<translation>&amp;Anwenden</translation>
</message>
<message>
<source>&amp;Cancel</source>
<translation>&amp;Abbrechen</translation>
</message>
<message>
<source>'{name}' has no segment {structure}; untick it.</source>
<translation>„{name}“ hat kein Segment {structure}; nehmen Sie den Haken weg.</translation>
</message>
<message>
<source>'{text}' is no date; write it as 2024-03-01.</source>
<translation>„{text}“ ist kein Datum; schreiben Sie es wie 2024-03-01.</translation>
</message>
<message>
<source>A tick: it is compared.</source>
<translation>Ein Haken: Sie wird verglichen.</translation>
</message>
<message>
<source>Cancelled.</source>
<translation>Abgebrochen.</translation>
</message>
<message>
<source>Choose the structure to follow.</source>
<translation>Wählen Sie die Struktur, die verfolgt werden soll.</translation>
</message>
<message>
<source>Date</source>
<translation>Datum</translation>
</message>
<message>
<source>End the work.</source>
<translation>Die Arbeit beenden.</translation>
</message>
<message>
<source>Load or make segmentations of two dates or more, and tick them.</source>
<translation>Laden oder erstellen Sie Segmentierungen von zwei oder mehr Terminen, und haken Sie sie an.</translation>
</message>
<message>
<source>Measure and compare the ticked segmentations.</source>
<translation>Die angehakten Segmentierungen messen und vergleichen.</translation>
</message>
<message>
<source>Measuring...</source>
<translation>Messen...</translation>
</message>
<message>
<source>Not for clinical use.</source>
<translation>Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>Scan</source>
<translation>Scan</translation>
</message>
<message>
<source>The date of '{name}' is in the future; type the right one.</source>
<translation>Das Datum von „{name}“ liegt in der Zukunft; tragen Sie das richtige ein.</translation>
</message>
<message>
<source>The ticked segmentations are of different patients ({patients}); tick those of one.</source>
<translation>Die angehakten Segmentierungen gehören verschiedenen Patienten ({patients}); haken Sie die von einem an.</translation>
</message>
<message>
<source>The tumour</source>
<translation>Der Tumor</translation>
</message>
<message>
<source>This was found before a segmentation was changed; press Apply to compare them as they are now.</source>
<translation>Das galt, bevor eine Segmentierung geändert wurde; drücken Sie Anwenden, um sie so zu vergleichen, wie sie jetzt sind.</translation>
</message>
<message>
<source>Two of the ticked segmentations are of {date}; untick '{name}', or type its right date.</source>
<translation>Zwei der angehakten Segmentierungen sind vom {date}; nehmen Sie den Haken bei „{name}“ weg, oder tragen Sie das richtige Datum ein.</translation>
</message>
<message>
<source>Type the date of '{name}', as 2024-03-01.</source>
<translation>Tragen Sie das Datum von „{name}“ ein, wie 2024-03-01.</translation>
</message>
<message>
<source>When the scan was made, as 2024-03-01; a double click changes it.</source>
<translation>Wann der Scan gemacht wurde, wie 2024-03-01; ein Doppelklick ändert es.</translation>
</message>
<message>
<source>When the scan was made; a double click changes it.</source>
<translation>Wann der Scan gemacht wurde; ein Doppelklick ändert es.</translation>
</message>
<message>
<source>the patient</source>
<translation>des Patienten</translation>
</message>
<message>
<source>{date} ({source}) counts, but there is also {others}; type the right date.</source>
<translation>{date} ({source}) gilt, doch es gibt auch {others}; geben Sie das richtige Datum ein.</translation>
</message>
<message>
<source>{title}: {names}</source>
<translation>{title}: {names}</translation>
</message>
</context>
<context>
<name>panel.import_trial</name>
<message>
<source>the process that imported it ended with status {status}</source>
<translation>der Prozess, der es importierte, endete mit Status {status}</translation>
</message>
</context>
<context>
<name>panel.measuring</name>
<message>
<source>Cancel meas&amp;uring</source>
<translation>M&amp;essen abbrechen</translation>
</message>
<message>
<source>Cancelled.</source>
<translation>Abgebrochen.</translation>
</message>
<message>
<source>Meas&amp;ure again</source>
<translation>N&amp;eu messen</translation>
</message>
<message>
<source>Measured again. Not for clinical use.</source>
<translation>Neu gemessen. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>Measuring...</source>
<translation>Messen...</translation>
</message>
<message>
<source>The model {name}, which made {segmentations}, is not known here: nothing was compared with its training data.</source>
<translation>Das Modell {name}, von dem {segmentations} stammt, ist hier nicht bekannt: Mit seinen Trainingsdaten wurde nichts verglichen.</translation>
</message>
</context>
<context>
<name>panel.model_packages</name>
<message>
<source>Another package is being imported; wait until that is done.</source>
<translation>Ein anderes Paket wird gerade importiert; warten Sie, bis das fertig ist.</translation>
</message>
<message>
<source>Cance&amp;l</source>
<translation>Abbre&amp;chen</translation>
</message>
<message>
<source>Cancel nn&amp;U-Net</source>
<translation>&amp;nnU-Net abbrechen</translation>
</message>
<message>
<source>Checking {file}...</source>
<translation>{file} wird geprüft...</translation>
</message>
<message>
<source>End the import; nothing half-made is kept.</source>
<translation>Den Import beenden; nichts Halbfertiges bleibt zurück.</translation>
</message>
<message>
<source>End the saving; nothing half-made is kept.</source>
<translation>Das Speichern beenden; nichts Halbfertiges bleibt.</translation>
</message>
<message>
<source>Export for nnU-Net</source>
<translation>Für nnU-Net exportieren</translation>
</message>
<message>
<source>Imported: {name}. Not for clinical use.</source>
<translation>Importiert: {name}. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>Model for nnU-Net</source>
<translation>Modell für nnU-Net</translation>
</message>
<message>
<source>Model package</source>
<translation>Modellpaket</translation>
</message>
<message>
<source>Nothing was imported.</source>
<translation>Es wurde nichts importiert.</translation>
</message>
<message>
<source>Nothing was saved.</source>
<translation>Es wurde nichts gespeichert.</translation>
</message>
<message>
<source>Save model package</source>
<translation>Modellpaket speichern</translation>
</message>
<message>
<source>Saved: {file}, for nnU-Net's commands; the README.md in it tells how. It holds no patient data. Not for clinical use.</source>
<translation>Gespeichert: {file}, für die Befehle von nnU-Net; wie, sagt die README.md darin. Patientendaten sind nicht darin. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>Saved: {file}, for use on other machines. It holds no patient data. Not for clinical use.</source>
<translation>Gespeichert: {file}, zur Verwendung auf anderen Rechnern. Enthält keine Patientendaten. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>Saving {file}...</source>
<translation>{file} wird gespeichert...</translation>
</message>
</context>
<context>
<name>panel.moved_scans</name>
<message>
<source>Folder in which the scans are now</source>
<translation>Ordner, in dem die Scans jetzt liegen</translation>
</message>
</context>
<context>
<name>panel.page_buttons</name>
<message>
<source>No browser could be opened. Press 'Save page...', and open that file.</source>
<translation>Es ließ sich kein Browser öffnen. Drücken Sie „Seite speichern...“, und öffnen Sie diese Datei.</translation>
</message>
<message>
<source>Save page</source>
<translation>Seite speichern</translation>
</message>
<message>
<source>Saved: {file}. It names the patient and the scans. Not for clinical use.</source>
<translation>Gespeichert: {file}. Die Datei nennt den Patienten und die Aufnahmen. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>Web page</source>
<translation>Webseite</translation>
</message>
<message>
<source>{file} is there already; choose another name.</source>
<translation>{file} gibt es schon; wählen Sie einen anderen Namen.</translation>
</message>
</context>
<context>
<name>panel.panel</name>
<message>
<source>Python packages are being installed; wait until that is done.</source>
<translation>Python-Pakete werden installiert; warten Sie, bis das fertig ist.</translation>
</message>
<message>
<source>Research software. Not for clinical use.</source>
<translation>Forschungssoftware. Nicht für den klinischen Einsatz.</translation>
</message>
</context>
<context>
<name>panel.panel_words</name>
<message>
<source>Resume begins again</source>
<translation>Fortsetzen beginnt von vorn</translation>
</message>
<message>
<source>Resume goes on with {folder}</source>
<translation>Fortsetzen macht mit {folder} weiter</translation>
</message>
<message>
<source>The work goes on on {name}: it is followed again once {folder} is shown, and Stop ends it.</source>
<translation>Die Arbeit auf {name} geht weiter: Sie wird wieder verfolgt, sobald {folder} gezeigt wird, und Stoppen beendet sie.</translation>
</message>
<message>
<source>The work on {place} has not ended in {seconds_to_stop} seconds; wait, and stop {folder} again.</source>
<translation>Die Arbeit auf {place} ist nach {seconds_to_stop} Sekunden noch nicht zu Ende; warten Sie, und stoppen Sie {folder} noch einmal.</translation>
</message>
<message>
<source>The worker on {name} has not stopped yet and does so after its current training step; wait.</source>
<translation>Das Training auf {name} hat noch nicht angehalten; es tut das nach seinem laufenden Trainingsschritt; warten Sie.</translation>
</message>
<message>
<source>There is a place '{name}' already; choose another name.</source>
<translation>Einen Rechner „{name}“ gibt es schon; wählen Sie einen anderen Namen.</translation>
</message>
<message>
<source>a node that is asked for is down or drained or reserved; take --nodelist out of the further options, in “Change...”</source>
<translation>ein verlangter Knoten ist ausgefallen, gesperrt oder reserviert; nehmen Sie --nodelist aus den weiteren Optionen, unter „Ändern...“</translation>
</message>
<message>
<source>as the setting Header says</source>
<translation>wie die Einstellung Header es sagt</translation>
</message>
<message>
<source>it is a BIDS data set: choose “Folders of images and labels”, and this folder for the images</source>
<translation>es ist ein BIDS-Datensatz: wählen Sie „Ordner von Bildern und Labels“ und diesen Ordner für die Bilder</translation>
</message>
<message>
<source>it is a raw data set of nnU-Net's: choose “Folders of images and labels”, and this folder for the images</source>
<translation>es ist ein Rohdatensatz von nnU-Net: wählen Sie „Ordner von Bildern und Labels“ und diesen Ordner für die Bilder</translation>
</message>
<message>
<source>it ran out of memory; ask for more (--mem=... in the further options, in “Change...”), or make the batches smaller</source>
<translation>der Speicher reichte nicht; verlangen Sie mehr (--mem=... in den weiteren Optionen, unter „Ändern...“), oder verkleinern Sie die Stapel</translation>
</message>
<message>
<source>it wants a key of your work (wckey); ask the cluster's people for yours, and give it as --wckey=... in the further options, in “Change...”</source>
<translation>der Cluster will einen Schlüssel Ihrer Arbeit (wckey); fragen Sie seine Betreuer nach Ihrem, und geben Sie ihn als --wckey=... in den weiteren Optionen an, unter „Ändern...“</translation>
</message>
<message>
<source>its time limit came before it had stopped; give a longer one in “Change...”</source>
<translation>seine Zeitgrenze kam, bevor er angehalten hatte; geben Sie unter „Ändern...“ eine längere an</translation>
</message>
<message>
<source>its time limit is longer than the partition allows</source>
<translation>seine Zeitgrenze ist länger, als die Partition erlaubt</translation>
</message>
<message>
<source>its time limit is longer than this cluster allows you</source>
<translation>seine Zeitgrenze ist länger, als dieser Cluster Ihnen erlaubt</translation>
</message>
<message>
<source>no node there has the features that --constraint asks for; name others in the further options, in “Change...”</source>
<translation>kein Knoten dort hat die Merkmale, die --constraint verlangt; nennen Sie andere in den weiteren Optionen, unter „Ändern...“</translation>
</message>
<message>
<source>the account is unknown there, or not for this partition; ask the cluster's people which one is, and give it in “Change...”</source>
<translation>das Konto ist dort unbekannt oder gilt nicht für diese Partition; fragen Sie die Betreuer des Clusters, welches gilt, und geben Sie es unter „Ändern...“ an</translation>
</message>
<message>
<source>the image's header gives two places, and the label map lies on the one by its {form}: try {form} as Header in the advanced settings</source>
<translation>der Header des Bildes gibt zwei Lagen an, und die Labelkarte liegt auf der nach seiner {form}: versuchen Sie {form} als Header unter „Erweitert“</translation>
</message>
<message>
<source>the partition does not offer now what is asked for; ask for less or for a shorter time in “Change...”, or try again later</source>
<translation>die Partition bietet jetzt nicht, was verlangt wird; verlangen Sie unter „Ändern...“ weniger oder kürzere Zeit, oder versuchen Sie es später wieder</translation>
</message>
<message>
<source>the partition has too few nodes, or allows fewer; ask for fewer in “Change...”</source>
<translation>die Partition hat zu wenige Knoten oder erlaubt weniger; verlangen Sie unter „Ändern...“ weniger</translation>
</message>
<message>
<source>the quality of service is unknown there, or not yours; ask the cluster's people, and give yours as --qos=... in the further options, in “Change...”</source>
<translation>die Dienstgüte (QOS) ist dort unbekannt oder nicht Ihre; fragen Sie die Betreuer des Clusters, und geben Sie Ihre als --qos=... in den weiteren Optionen an, unter „Ändern...“</translation>
</message>
<message>
<source>the time limit is not allowed there; give a shorter one in “Change...”</source>
<translation>die Zeitgrenze ist dort nicht erlaubt; geben Sie unter „Ändern...“ eine kürzere an</translation>
</message>
<message>
<source>waiting for others of its array to end</source>
<translation>wartet auf das Ende anderer Teile seines Job-Arrays</translation>
</message>
<message>
<source>{file} is damaged; remove it.</source>
<translation>{file} ist beschädigt; entfernen Sie die Datei.</translation>
</message>
<message>
<source>{folder} has no worker elsewhere that could be followed.</source>
<translation>{folder} hat kein Training anderswo, das zu verfolgen wäre.</translation>
</message>
<message>
<source>{folder} runs on {place}, not on {place2}; choose another folder.</source>
<translation>{folder} läuft auf {place}, nicht auf {place2}; wählen Sie einen anderen Ordner.</translation>
</message>
<message>
<source>{folder} was begun on this computer and goes on here; choose another folder.</source>
<translation>{folder} wurde auf diesem Rechner begonnen und geht hier weiter; wählen Sie einen anderen Ordner.</translation>
</message>
<message>
<source>{label} was made by another model; choose another folder, or start again and agree.</source>
<translation>{label} stammt von einem anderen Modell; wählen Sie einen anderen Ordner, oder starten Sie noch einmal und stimmen Sie zu.</translation>
</message>
<message>
<source>{missing} not found there; name the cluster's login node, or untick the cluster, in “Change...”</source>
<translation>{missing} dort nicht gefunden; nennen Sie unter „Ändern...“ den Anmelderechner des Clusters, oder nehmen Sie dort das Häkchen beim Cluster weg</translation>
</message>
<message>
<source>{name} is not a structure of the model; choose from {labels}.</source>
<translation>{name} ist keine Struktur des Modells; wählen Sie eine von {labels}.</translation>
</message>
<message>
<source>{output} exists already; choose another name, or start again and agree.</source>
<translation>{output} gibt es schon; wählen Sie einen anderen Namen, oder starten Sie noch einmal und stimmen Sie zu.</translation>
</message>
<message>
<source>{path} exists already; choose another folder, or start again and agree.</source>
<translation>{path} gibt es schon; wählen Sie einen anderen Ordner, oder starten Sie noch einmal und stimmen Sie zu.</translation>
</message>
<message>
<source>{path} has been removed since the experiment began; put it back, press “Scans moved to...” and choose the folder in which the scans are now, or start in a new folder.</source>
<translation>{path} wurde seit Beginn des Experiments entfernt; legen Sie die Datei zurück, wählen Sie mit „Scans verschoben nach...“ den Ordner, in dem die Scans jetzt liegen, oder beginnen Sie in einem neuen Ordner.</translation>
</message>
<message>
<source>{path}: its header's sform and {second} disagree: {difference}. The {name} is taken, {why}; if that is wrong, set Header to qform in the advanced settings, which counts for all scans.</source>
<translation>{path}: sform und {second} des Headers widersprechen sich: {difference}. Genommen wird {name}, {why}; wenn das falsch ist, setzen Sie Header unter „Erweitert“ auf qform, was für alle Scans gilt.</translation>
</message>
<message>
<source>{path}: its header's sform and {second} disagree: {difference}. The {name} is taken, {why}; if that is wrong, set Header to sform in the advanced settings, which counts for all scans.</source>
<translation>{path}: sform und {second} des Headers widersprechen sich: {difference}. Genommen wird {name}, {why}; wenn das falsch ist, setzen Sie Header unter „Erweitert“ auf sform, was für alle Scans gilt.</translation>
</message>
<message>
<source>{table} is no table of structures: it needs the columns index and name; correct it, or type the setting Labels.</source>
<translation>{table} ist keine Tabelle von Strukturen: Sie braucht die Spalten index und name; berichtigen Sie sie, oder tippen Sie die Einstellung Labels.</translation>
</message>
<message>
<source>{who} has not stopped yet and does so after its current training step; wait.</source>
<translation>{who} hat noch nicht angehalten; es tut das nach seinem laufenden Trainingsschritt; warten Sie.</translation>
</message>
</context>
<context>
<name>panel.place_form</name>
<message>
<source>A quotation mark is missing.</source>
<translation>Ein Anführungszeichen fehlt.</translation>
</message>
<message>
<source>Remove place</source>
<translation>Rechner entfernen</translation>
</message>
<message>
<source>Remove the place {name}? Its settings go; what lies there stays.</source>
<translation>Den Rechner {name} entfernen? Seine Einstellungen gehen verloren; was dort liegt, bleibt.</translation>
</message>
<message>
<source>There is a place of this name already; choose another name.</source>
<translation>Einen Rechner dieses Namens gibt es schon; wählen Sie einen anderen Namen.</translation>
</message>
</context>
<context>
<name>panel.places_row</name>
<message>
<source>Add a place...</source>
<translation>Rechner hinzufügen...</translation>
</message>
<message>
<source>Asking {name}...</source>
<translation>{name} wird gefragt...</translation>
</message>
<message>
<source>Cancel wor&amp;k</source>
<translation>Abbr&amp;uch</translation>
</message>
<message>
<source>Cancelled.</source>
<translation>Abgebrochen.</translation>
</message>
<message>
<source>Chec&amp;k</source>
<translation>Pr&amp;üfen</translation>
</message>
<message>
<source>Clock</source>
<translation>Uhr</translation>
</message>
<message>
<source>Connection</source>
<translation>Verbindung</translation>
</message>
<message>
<source>Copying</source>
<translation>Kopieren</translation>
</message>
<message>
<source>Disk</source>
<translation>Platte</translation>
</message>
<message>
<source>Folder</source>
<translation>Ordner</translation>
</message>
<message>
<source>Graphics card</source>
<translation>Grafikkarte</translation>
</message>
<message>
<source>Installing on {name}: {line}</source>
<translation>Installation auf {name}: {line}</translation>
</message>
<message>
<source>Installing on {name}; this takes minutes...</source>
<translation>Installation auf {name}; das dauert Minuten...</translation>
</message>
<message>
<source>Name another computer that you reach by SSH, or a cluster with Slurm.</source>
<translation>Einen anderen Rechner nennen, der über SSH erreichbar ist, oder einen Cluster mit Slurm.</translation>
</message>
<message>
<source>Packages</source>
<translation>Pakete</translation>
</message>
<message>
<source>Python</source>
<translation>Python</translation>
</message>
<message>
<source>R&amp;un on:</source>
<translation>Auf &amp;dem Rechner:</translation>
</message>
<message>
<source>Run &amp;on:</source>
<translation>Auf dem Rechne&amp;r:</translation>
</message>
<message>
<source>This computer</source>
<translation>Dieser Rechner</translation>
</message>
<message>
<source>{host}, folder {folder}</source>
<translation>{host}, Ordner {folder}</translation>
</message>
<message>
<source>{mark} {title}: {text}</source>
<translation>{mark} {title}: {text}</translation>
</message>
<message>
<source>{name} (not known here)</source>
<translation>{name} (hier nicht bekannt)</translation>
</message>
<message>
<source>{name} has the packages now; Check tells the rest.</source>
<translation>{name} hat die Pakete jetzt; Prüfen sagt das Übrige.</translation>
</message>
<message>
<source>{name} is not among the places that are known here; choose another one, or add it.</source>
<translation>{name} ist hier kein bekannter Rechner; wählen Sie einen anderen, oder fügen Sie ihn hinzu.</translation>
</message>
</context>
<context>
<name>panel.report_button</name>
<message>
<source>Cancel repor&amp;t</source>
<translation>Berich&amp;t abbrechen</translation>
</message>
<message>
<source>Cancelled.</source>
<translation>Abgebrochen.</translation>
</message>
<message>
<source>End the making of the report.</source>
<translation>Das Erstellen des Berichts beenden.</translation>
</message>
<message>
<source>Making the report...</source>
<translation>Der Bericht wird erstellt...</translation>
</message>
</context>
<context>
<name>panel.result_views</name>
<message>
<source>The views show '{scan}'.</source>
<translation>Die Ansichten zeigen „{scan}“.</translation>
</message>
</context>
<context>
<name>panel.sample_data</name>
<message>
<source>A training reads these scans; stop it before you remove them.</source>
<translation>Ein Training liest diese Scans; halten Sie es vor dem Löschen an.</translation>
</message>
<message>
<source>Cance&amp;l</source>
<translation>Abbre&amp;chen</translation>
</message>
<message>
<source>End the making of sample scans; nothing half-made is kept.</source>
<translation>Das Erzeugen der Beispiel-Scans beenden; nichts Halbfertiges bleibt zurück.</translation>
</message>
<message>
<source>Folder for the sample scans</source>
<translation>Ordner für die Beispiel-Scans</translation>
</message>
<message>
<source>Making sample scans...</source>
<translation>Beispiel-Scans werden erzeugt...</translation>
</message>
<message>
<source>No sample scans were made.</source>
<translation>Es wurden keine Beispiel-Scans erzeugt.</translation>
</message>
<message>
<source>Remove samp&amp;les...</source>
<translation>Beispiele lös&amp;chen</translation>
</message>
<message>
<source>Remove sample scans</source>
<translation>Beispiel-Scans löschen</translation>
</message>
<message>
<source>Remove the sample scans in {folder}? What was trained on them stays; a training that is not finished cannot go on.</source>
<translation>Die Beispiel-Scans in {folder} löschen? Was damit trainiert wurde, bleibt; ein unfertiges Training kann nicht weitergehen.</translation>
</message>
<message>
<source>Remove the synthetic data set that is chosen from the disk.</source>
<translation>Den gewählten synthetischen Datensatz von der Platte löschen.</translation>
</message>
<message>
<source>Sample scans</source>
<translation>Beispiel-Scans</translation>
</message>
<message>
<source>The sample scans are in {folder}.</source>
<translation>Die Beispiel-Scans liegen in {folder}.</translation>
</message>
<message>
<source>The sample scans were removed.</source>
<translation>Die Beispiel-Scans wurden gelöscht.</translation>
</message>
</context>
<context>
<name>panel.sample_tab</name>
<message>
<source>Samples come with the first epoch of the translation's training.</source>
<translation>Beispiele kommen mit der ersten Epoche des Übersetzungstrainings.</translation>
</message>
<message>
<source>Source</source>
<translation>Quelle</translation>
</message>
<message>
<source>Target</source>
<translation>Ziel</translation>
</message>
<message>
<source>Trai&amp;ning epoch {epoch} of {epochs}:</source>
<translation>Trainin&amp;gsepoche {epoch} von {epochs}:</translation>
</message>
<message>
<source>Trai&amp;ning epoch {epoch}:</source>
<translation>Trainin&amp;gsepoche {epoch}:</translation>
</message>
<message>
<source>Translated</source>
<translation>Übersetzt</translation>
</message>
</context>
<context>
<name>panel.scan_folders</name>
<message>
<source>Choose where the scans are.</source>
<translation>Wählen, wo die Scans liegen.</translation>
</message>
<message>
<source>Choose which scans of the data set are meant.</source>
<translation>Wählen Sie, welche Scans des Datensatzes gemeint sind.</translation>
</message>
<message>
<source>Choose...</source>
<translation>Wählen...</translation>
</message>
<message>
<source>Evaluation images and evaluation labels belong together; give both or neither.</source>
<translation>Auswertungsbilder und Auswertungslabels gehören zusammen; geben Sie beide an oder keine.</translation>
</message>
<message>
<source>Read as a BIDS data set: {fields}.</source>
<translation>Als BIDS-Datensatz gelesen: {fields}.</translation>
</message>
<message>
<source>Read as a data set of nnU-Net's, with its labels and structures: {fields}.</source>
<translation>Als Datensatz von nnU-Net gelesen, mit seinen Labels und Strukturen: {fields}.</translation>
</message>
<message>
<source>evaluation images</source>
<translation>Auswertungsbilder</translation>
</message>
<message>
<source>source images</source>
<translation>Quellbilder</translation>
</message>
<message>
<source>target images</source>
<translation>Zielbilder</translation>
</message>
</context>
<context>
<name>panel.scores_plot</name>
<message>
<source>DSC by round. A point is a scan, a bar their mean.</source>
<translation>DSC nach Runde. Ein Punkt ist ein Scan, ein Strich ihr Mittel.</translation>
</message>
</context>
<context>
<name>panel.scores_tab</name>
<message>
<source>DSC</source>
<translation>DSC</translation>
</message>
<message>
<source>Self-training iteration</source>
<translation>Runde des Selbsttrainings</translation>
</message>
<message>
<source>Self-training iteration (-1: source only)</source>
<translation>Runde des Selbsttrainings (-1: nur Quelle)</translation>
</message>
<message>
<source>Self-training iteration ({number}: {training})</source>
<translation>Runde des Selbsttrainings ({number}: {training})</translation>
</message>
<message>
<source>{experiment}: DSC by round</source>
<translation>{experiment}: DSC nach Runde</translation>
</message>
<message>
<source>{structure}, mean</source>
<translation>{structure}, Mittel</translation>
</message>
<message>
<source>{structure}, scans</source>
<translation>{structure}, Scans</translation>
</message>
</context>
<context>
<name>panel.scores_table</name>
<message>
<source>ASSD, {structure} (mm)</source>
<translation>ASSD, {structure} (mm)</translation>
</message>
<message>
<source>Average distance between the two surfaces; 0 is perfect.</source>
<translation>Mittlerer Abstand der beiden Oberflächen; 0 ist vollkommen.</translation>
</message>
<message>
<source>DSC, mean</source>
<translation>DSC, Mittel</translation>
</message>
<message>
<source>DSC, {structure}</source>
<translation>DSC, {structure}</translation>
</message>
<message>
<source>How many evaluation scans were scored.</source>
<translation>Wie viele Auswertungs-Scans bewertet wurden.</translation>
</message>
<message>
<source>Iteration {number}</source>
<translation>Runde {number}</translation>
</message>
<message>
<source>Overlap with the reference (Dice): 0 is none, 1 is perfect.</source>
<translation>Überlappung mit der Referenz (Dice): 0 ist keine, 1 ist vollkommen.</translation>
</message>
<message>
<source>Scans</source>
<translation>Scans</translation>
</message>
<message>
<source>Source only</source>
<translation>Nur Quelle</translation>
</message>
<message>
<source>Target-supervised</source>
<translation>Am Ziel überwacht</translation>
</message>
<message>
<source>Trained again with the results of the iteration before.</source>
<translation>Mit den Ergebnissen der Runde davor neu trainiert.</translation>
</message>
<message>
<source>Trained on target scans with their real labels: no adaptation, but what it can reach at best.</source>
<translation>Auf Ziel-Scans mit ihren echten Labels trainiert: keine Adaption, sondern was sie bestenfalls erreichen kann.</translation>
</message>
<message>
<source>Trained on the pseudo-target images, before any self-training.</source>
<translation>Auf den Pseudo-Zielbildern trainiert, vor jedem Selbsttraining.</translation>
</message>
<message>
<source>Trained on the source scans as they are, for comparison.</source>
<translation>Zum Vergleich auf den Quell-Scans trainiert, wie sie sind.</translation>
</message>
<message>
<source>{score}, {training}: {value}</source>
<translation>{score}, {training}: {value}</translation>
</message>
<message>
<source>{training}: {explanation}</source>
<translation>{training}: {explanation}</translation>
</message>
</context>
<context>
<name>panel.section</name>
<message>
<source>Automatic</source>
<translation>Automatisch</translation>
</message>
<message>
<source>Graphics card (Apple)</source>
<translation>Grafikkarte (Apple)</translation>
</message>
<message>
<source>Graphics card (NVIDIA)</source>
<translation>Grafikkarte (NVIDIA)</translation>
</message>
<message>
<source>Needs PyTorch with CUDA.</source>
<translation>Braucht PyTorch mit CUDA.</translation>
</message>
<message>
<source>Needs a Mac with Apple silicon.</source>
<translation>Braucht einen Mac mit Apple-Prozessor.</translation>
</message>
<message>
<source>Processor (slow)</source>
<translation>Prozessor (langsam)</translation>
</message>
<message>
<source>The graphics card if there is a suitable one, else the processor.</source>
<translation>Die Grafikkarte, wenn es eine geeignete gibt, sonst der Prozessor.</translation>
</message>
<message>
<source>Works everywhere.</source>
<translation>Geht überall.</translation>
</message>
</context>
<context>
<name>panel.segment_results</name>
<message>
<source>And {count} more, kept with the segmentations and in the measurements.</source>
<translation>Und {count} weitere, bei den Segmentierungen und in den Messwerten aufbewahrt.</translation>
</message>
<message>
<source>Axial diameter (mm)</source>
<translation>Axialer Durchmesser (mm)</translation>
</message>
<message>
<source>Distance apart (mm)</source>
<translation>Abstand voneinander (mm)</translation>
</message>
<message>
<source>Distance to {structure} (mm)</source>
<translation>Abstand zu {structure} (mm)</translation>
</message>
<message>
<source>Measurements</source>
<translation>Messwerte</translation>
</message>
<message>
<source>Model: {name}</source>
<translation>Modell: {name}</translation>
</message>
<message>
<source>Said before it was changed</source>
<translation>Vor der Änderung gesagt</translation>
</message>
<message>
<source>Scan</source>
<translation>Scan</translation>
</message>
<message>
<source>Structure</source>
<translation>Struktur</translation>
</message>
<message>
<source>Volume (ml)</source>
<translation>Volumen (ml)</translation>
</message>
<message>
<source>Warnings</source>
<translation>Warnungen</translation>
</message>
<message>
<source>{measurements} (of a result that was replaced)</source>
<translation>{measurements} (eines ersetzten Ergebnisses)</translation>
</message>
<message>
<source>{name} (before it was changed)</source>
<translation>{name} (vor der Änderung)</translation>
</message>
<message>
<source>{scan} measurements</source>
<translation>Messwerte zu {scan}</translation>
</message>
<message>
<source>{title} (before it was changed)</source>
<translation>{title} (vor der Änderung)</translation>
</message>
</context>
<context>
<name>panel.segment_section</name>
<message>
<source>&amp;Apply</source>
<translation>&amp;Anwenden</translation>
</message>
<message>
<source>&amp;Cancel</source>
<translation>&amp;Abbrechen</translation>
</message>
<message>
<source>'{name}' was changed meanwhile and is kept; the result is another segmentation.</source>
<translation>„{name}“ wurde inzwischen geändert und bleibt; das Ergebnis ist eine weitere Segmentierung.</translation>
</message>
<message>
<source>All volumes in the scene</source>
<translation>Alle Volumen der Szene</translation>
</message>
<message>
<source>As the model was trained</source>
<translation>Wie das Modell trainiert wurde</translation>
</message>
<message>
<source>Cancelled.</source>
<translation>Abgebrochen.</translation>
</message>
<message>
<source>Choose a model.</source>
<translation>Wählen Sie ein Modell.</translation>
</message>
<message>
<source>Choose an experiment folder, import a model, or train one in the section Adapt.</source>
<translation>Einen Experimentordner wählen, ein Modell importieren oder im Abschnitt Anpassen eines trainieren.</translation>
</message>
<message>
<source>Choose the folder for the results.</source>
<translation>Wählen Sie den Ordner für die Ergebnisse.</translation>
</message>
<message>
<source>Choose the folder of scans.</source>
<translation>Wählen Sie den Ordner der Scans.</translation>
</message>
<message>
<source>Choose the volume to segment.</source>
<translation>Wählen Sie das Volumen zum Segmentieren.</translation>
</message>
<message>
<source>Done. The results are in {folder}. Not for clinical use.</source>
<translation>Fertig. Die Ergebnisse liegen in {folder}. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>Done: {names}. Not for clinical use.</source>
<translation>Fertig: {names}. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>End the work; nothing half-made is kept.</source>
<translation>Die Arbeit beenden; nichts Halbfertiges bleibt zurück.</translation>
</message>
<message>
<source>Every scan file in a folder; the results are files as well.</source>
<translation>Jede Scan-Datei eines Ordners; auch die Ergebnisse sind Dateien.</translation>
</message>
<message>
<source>Every volume that is loaded; each gets a segmentation.</source>
<translation>Jedes geladene Volumen; jedes bekommt eine Segmentierung.</translation>
</message>
<message>
<source>Finds: {structures}.</source>
<translation>Findet: {structures}.</translation>
</message>
<message>
<source>Finds: {structures}. Self-training iteration {iteration}.</source>
<translation>Findet: {structures}. Runde {iteration} des Selbsttrainings.</translation>
</message>
<message>
<source>Folder of scans</source>
<translation>Ordner mit Scans</translation>
</message>
<message>
<source>Left out: {names}.</source>
<translation>Ausgelassen: {names}.</translation>
</message>
<message>
<source>Load a volume first.</source>
<translation>Zuerst ein Volumen laden.</translation>
</message>
<message>
<source>Loading the model...</source>
<translation>Das Modell wird geladen...</translation>
</message>
<message>
<source>Nothing</source>
<translation>Nichts</translation>
</message>
<message>
<source>Nothing was done. Choose 'Create new segmentation' to keep both.</source>
<translation>Es wurde nichts getan. Wählen Sie 'Neue Segmentierung anlegen', um beide zu behalten.</translation>
</message>
<message>
<source>Nothing was done. Choose another output folder to keep both.</source>
<translation>Es wurde nichts getan. Wählen Sie einen anderen Ausgabeordner, um beides zu behalten.</translation>
</message>
<message>
<source>One scan is done.</source>
<translation>Ein Scan ist fertig.</translation>
</message>
<message>
<source>One scan is done; its results are in {folder}.</source>
<translation>Ein Scan ist fertig; seine Ergebnisse liegen in {folder}.</translation>
</message>
<message>
<source>One volume</source>
<translation>Ein Volumen</translation>
</message>
<message>
<source>Segment.</source>
<translation>Segmentieren.</translation>
</message>
<message>
<source>Segmenting...</source>
<translation>Wird segmentiert...</translation>
</message>
<message>
<source>Starting...</source>
<translation>Wird gestartet...</translation>
</message>
<message>
<source>The scan was removed meanwhile; nothing was added.</source>
<translation>Der Scan wurde inzwischen entfernt; es kam nichts hinzu.</translation>
</message>
<message>
<source>The segments of '{name}' will be replaced. Go on?</source>
<translation>Die Segmente von „{name}“ werden ersetzt. Fortfahren?</translation>
</message>
<message>
<source>The volume chosen below.</source>
<translation>Das unten gewählte Volumen.</translation>
</message>
<message>
<source>{count} files in {folder} will be replaced, such as {name}. Go on?</source>
<translation>{count} Dateien in {folder} werden ersetzt, etwa {name}. Fortfahren?</translation>
</message>
<message>
<source>{count} scans are done.</source>
<translation>{count} Scans sind fertig.</translation>
</message>
<message>
<source>{count} scans are done; their results are in {folder}.</source>
<translation>{count} Scans sind fertig; ihre Ergebnisse liegen in {folder}.</translation>
</message>
<message>
<source>{folder} holds no scan files; choose the folder in which they lie.</source>
<translation>{folder} enthält keine Scan-Dateien; wählen Sie den Ordner, in dem sie liegen.</translation>
</message>
<message>
<source>{names} and {count} more</source>
<translation>{names} und {count} weitere</translation>
</message>
<message>
<source>{name} in {folder} will be replaced. Go on?</source>
<translation>{name} in {folder} wird ersetzt. Fortfahren?</translation>
</message>
<message>
<source>{volume} segmentation</source>
<translation>{volume} Segmentierung</translation>
</message>
</context>
<context>
<name>panel.settings_form</name>
<message>
<source>Allowed: {low} to {high}.</source>
<translation>Erlaubt: {low} bis {high}.</translation>
</message>
<message>
<source>Evaluation</source>
<translation>Auswertung</translation>
</message>
<message>
<source>General</source>
<translation>Allgemein</translation>
</message>
<message>
<source>Image translation</source>
<translation>Bildübersetzung</translation>
</message>
<message>
<source>Intensity scaling</source>
<translation>Intensitätsskalierung</translation>
</message>
<message>
<source>On the command line: --set {key}=...</source>
<translation>Auf der Befehlszeile: --set {key}=...</translation>
</message>
<message>
<source>Reading scans and labels</source>
<translation>Lesen von Scans und Labels</translation>
</message>
<message>
<source>Segmentation</source>
<translation>Segmentierung</translation>
</message>
<message>
<source>Self-training</source>
<translation>Selbsttraining</translation>
</message>
<message>
<source>add</source>
<translation>hinzufügen</translation>
</message>
<message>
<source>automatic</source>
<translation>automatisch</translation>
</message>
<message>
<source>both</source>
<translation>beides</translation>
</message>
<message>
<source>crossMoDA 2022</source>
<translation>crossMoDA 2022</translation>
</message>
<message>
<source>medpy (package)</source>
<translation>medpy (Paket)</translation>
</message>
<message>
<source>off</source>
<translation>aus</translation>
</message>
<message>
<source>on</source>
<translation>an</translation>
</message>
<message>
<source>remove</source>
<translation>entfernen</translation>
</message>
<message>
<source>{section}: {setting}</source>
<translation>{section}: {setting}</translation>
</message>
</context>
<context>
<name>panel.show_case</name>
<message>
<source>&amp;Cancel</source>
<translation>&amp;Abbrechen</translation>
</message>
<message>
<source>Cancelled.</source>
<translation>Abgebrochen.</translation>
</message>
<message>
<source>Load nothing; the scene stays as it is.</source>
<translation>Nichts laden; die Szene bleibt, wie sie ist.</translation>
</message>
<message>
<source>Loading {case}...</source>
<translation>{case} wird geladen...</translation>
</message>
<message>
<source>The scan was removed meanwhile; nothing was added.</source>
<translation>Der Scan wurde inzwischen entfernt; es kam nichts hinzu.</translation>
</message>
<message>
<source>no prediction yet</source>
<translation>noch keine Vorhersage</translation>
</message>
<message>
<source>no translation yet</source>
<translation>noch keine Übersetzung</translation>
</message>
<message>
<source>{case} (evaluation)</source>
<translation>{case} (Auswertung)</translation>
</message>
<message>
<source>{case} (source)</source>
<translation>{case} (Quelle)</translation>
</message>
<message>
<source>{case} (target)</source>
<translation>{case} (Ziel)</translation>
</message>
<message>
<source>{case} label</source>
<translation>{case} Label</translation>
</message>
<message>
<source>{case} predicted, round {number}</source>
<translation>{case} vorhergesagt, Runde {number}</translation>
</message>
<message>
<source>{case} translated</source>
<translation>{case} übersetzt</translation>
</message>
<message>
<source>{case}, with '{name}'.</source>
<translation>{case}, mit „{name}“.</translation>
</message>
<message>
<source>{case}: left the reference, right the prediction. Not for clinical use.</source>
<translation>{case}: links die Referenz, rechts die Vorhersage. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>{case}: left the scan, right its translation, a synthetic image, not a scan.</source>
<translation>{case}: links der Scan, rechts seine Übersetzung, ein künstliches Bild, kein Scan.</translation>
</message>
<message>
<source>{case}: {lacks}.</source>
<translation>{case}: {lacks}.</translation>
</message>
</context>
<context>
<name>panel.status_line</name>
<message>
<source>Also training: {names}.</source>
<translation>Außerdem im Training: {names}.</translation>
</message>
<message>
<source>Model: {name}</source>
<translation>Modell: {name}</translation>
</message>
<message>
<source>The results that are shown have a warning.</source>
<translation>Die gezeigten Ergebnisse haben eine Warnung.</translation>
</message>
<message>
<source>The results that are shown have {count} warnings.</source>
<translation>Die gezeigten Ergebnisse haben {count} Warnungen.</translation>
</message>
<message>
<source>The training {name} ended unexpectedly.</source>
<translation>Das Training {name} endete unerwartet.</translation>
</message>
<message>
<source>The training {name} has failed.</source>
<translation>Das Training {name} ist fehlgeschlagen.</translation>
</message>
<message>
<source>The training {name} is being started.</source>
<translation>Das Training {name} wird gestartet.</translation>
</message>
<message>
<source>The training {name} is being stopped.</source>
<translation>Das Training {name} wird angehalten.</translation>
</message>
<message>
<source>Training {name} on {place}.</source>
<translation>Training {name} auf {place}.</translation>
</message>
<message>
<source>Training {name} on {place}: {stage}.</source>
<translation>Training {name} auf {place}: {stage}.</translation>
</message>
<message>
<source>Training {name}.</source>
<translation>Training {name}.</translation>
</message>
<message>
<source>Training {name}: {stage}.</source>
<translation>Training {name}: {stage}.</translation>
</message>
<message>
<source>Training: {names}.</source>
<translation>Im Training: {names}.</translation>
</message>
</context>
<context>
<name>panel.trainings_comparison</name>
<message>
<source>A: {training}</source>
<translation>A: {training}</translation>
</message>
<message>
<source>All settings are the same.</source>
<translation>Alle Einstellungen sind gleich.</translation>
</message>
<message>
<source>B - A</source>
<translation>B - A</translation>
</message>
<message>
<source>B minus A.</source>
<translation>B minus A.</translation>
</message>
<message>
<source>B: {training}</source>
<translation>B: {training}</translation>
</message>
<message>
<source>How many evaluation scans were scored.</source>
<translation>Wie viele Auswertungs-Scans bewertet wurden.</translation>
</message>
<message>
<source>Neither has scores yet: these come after a round, where evaluation scans with labels were given.</source>
<translation>Noch hat keines eine Bewertung: Sie kommt nach einer Runde, wenn Auswertungs-Scans mit Labels angegeben sind.</translation>
</message>
<message>
<source>One setting differs:</source>
<translation>Eine Einstellung ist verschieden:</translation>
</message>
<message>
<source>Overlap with the reference (Dice): 0 is none, 1 is perfect.</source>
<translation>Überlappung mit der Referenz (Dice): 0 ist keine, 1 ist vollkommen.</translation>
</message>
<message>
<source>Their scores are counted by different conventions, so the difference says little of the methods.</source>
<translation>Sie sind nach verschiedenen Regeln bewertet, der Unterschied sagt also wenig über die Methoden.</translation>
</message>
<message>
<source>They were scored on different scans, so the difference says little of the methods.</source>
<translation>Sie sind an verschiedenen Scans bewertet, der Unterschied sagt also wenig über die Methoden.</translation>
</message>
<message>
<source>They were trained with different scans.</source>
<translation>Sie sind mit verschiedenen Scans trainiert.</translation>
</message>
<message>
<source>nothing</source>
<translation>nichts</translation>
</message>
<message>
<source>{count} settings differ:</source>
<translation>{count} Einstellungen sind verschieden:</translation>
</message>
<message>
<source>{name} ({round})</source>
<translation>{name} ({round})</translation>
</message>
<message>
<source>{name} has no scores yet, so there is nothing to compare.</source>
<translation>{name} hat noch keine Bewertung; es gibt nichts zu vergleichen.</translation>
</message>
<message>
<source>{setting}: {one} in {first}, {other} in {second}</source>
<translation>{setting}: {one} in {first}, {other} in {second}</translation>
</message>
<message>
<source>{setting}: {one} in {first}; {second} has no such setting</source>
<translation>{setting}: {one} in {first}; {second} hat diese Einstellung nicht</translation>
</message>
<message>
<source>{setting}: {other} in {second}; {first} has no such setting</source>
<translation>{setting}: {other} in {second}; {first} hat diese Einstellung nicht</translation>
</message>
</context>
<context>
<name>panel.trainings_section</name>
<message>
<source>&amp;Add folder...</source>
<translation>Ordner hin&amp;zufügen...</translation>
</message>
<message>
<source>&amp;Start</source>
<translation>&amp;Starten</translation>
</message>
<message>
<source>A study compares its trainings itself: open it, or choose two trainings.</source>
<translation>Eine Studie vergleicht ihre Trainings selbst: Öffnen Sie sie, oder wählen Sie zwei Trainings.</translation>
</message>
<message>
<source>By the mean DSC after the last round; those without scores come last.</source>
<translation>Nach dem mittleren DSC der letzten Runde; die ohne Bewertung zuletzt.</translation>
</message>
<message>
<source>By the names of their folders.</source>
<translation>Nach den Namen der Ordner.</translation>
</message>
<message>
<source>C&amp;ancel the search</source>
<translation>Su&amp;che abbrechen</translation>
</message>
<message>
<source>Choose a training in the list.</source>
<translation>Wählen Sie ein Training in der Liste.</translation>
</message>
<message>
<source>Choose a training that is under way.</source>
<translation>Ein Training wählen, das gerade läuft.</translation>
</message>
<message>
<source>Choose two trainings, the second one with the Ctrl key.</source>
<translation>Zwei Trainings wählen, das zweite mit der Strg-Taste.</translation>
</message>
<message>
<source>Compare the scores and the settings of two trainings.</source>
<translation>Bewertung und Einstellungen zweier Trainings vergleichen.</translation>
</message>
<message>
<source>DSC, best first</source>
<translation>DSC, beste zuerst</translation>
</message>
<message>
<source>End it cleanly. It can be resumed later.</source>
<translation>Es sauber beenden. Es lässt sich später fortsetzen.</translation>
</message>
<message>
<source>Find every experiment and study in a folder and below it, and put them on the list.</source>
<translation>Alle Experimente und Studien in einem Ordner und darunter suchen und in die Liste aufnehmen.</translation>
</message>
<message>
<source>Folder with trainings</source>
<translation>Ordner mit Trainings</translation>
</message>
<message>
<source>Go on with it, also when Slicer is closed.</source>
<translation>Es fortsetzen, auch wenn Slicer geschlossen wird.</translation>
</message>
<message>
<source>It cannot be opened.</source>
<translation>Es lässt sich nicht öffnen.</translation>
</message>
<message>
<source>It is finished.</source>
<translation>Es ist fertig.</translation>
</message>
<message>
<source>It is under way.</source>
<translation>Es läuft gerade.</translation>
</message>
<message>
<source>Last change, newest first</source>
<translation>Letzte Änderung, neueste zuerst</translation>
</message>
<message>
<source>Looking for trainings in {folder}...</source>
<translation>Trainings in {folder} werden gesucht...</translation>
</message>
<message>
<source>Name</source>
<translation>Name</translation>
</message>
<message>
<source>No training was found in {folder} or below it.</source>
<translation>In {folder} und darunter ist kein Training.</translation>
</message>
<message>
<source>Off the list: {names}. Nothing was deleted; Add folder brings them back.</source>
<translation>Aus der Liste genommen: {names}. Nichts wurde gelöscht; Ordner hinzufügen bringt sie zurück.</translation>
</message>
<message>
<source>One training found in {folder}, {new} new on the list.</source>
<translation>Ein Training in {folder} gefunden, davon {new} neu in der Liste.</translation>
</message>
<message>
<source>Open it: its scans must be chosen before it can begin.</source>
<translation>Es öffnen: Vor dem Beginn müssen seine Scans gewählt werden.</translation>
</message>
<message>
<source>Re&amp;sume</source>
<translation>Fort&amp;setzen</translation>
</message>
<message>
<source>Searched only a part of {folder}: {found} trainings found there, {new} of them new on the list.</source>
<translation>Nur ein Teil von {folder} wurde durchsucht: {found} Trainings gefunden, davon {new} neu in der Liste.</translation>
</message>
<message>
<source>Show it in the section Adapt.</source>
<translation>Es im Abschnitt Anpassen zeigen.</translation>
</message>
<message>
<source>Show its results.</source>
<translation>Seine Ergebnisse zeigen.</translation>
</message>
<message>
<source>State</source>
<translation>Stand</translation>
</message>
<message>
<source>Take it off this list. No file is deleted, and no training ended.</source>
<translation>Es aus dieser Liste nehmen. Keine Datei wird gelöscht und kein Training beendet.</translation>
</message>
<message>
<source>The training is being read.</source>
<translation>Das Training wird gelesen.</translation>
</message>
<message>
<source>Those in which something happened last come first.</source>
<translation>Zuerst die, in denen zuletzt etwas geschah.</translation>
</message>
<message>
<source>Trainings that you open or start in Adapt are listed here.</source>
<translation>Trainings, die in Anpassen geöffnet oder gestartet werden, stehen hier.</translation>
</message>
<message>
<source>What asks for attention comes first.</source>
<translation>Zuerst, was Aufmerksamkeit braucht.</translation>
</message>
<message>
<source>{count} trainings are chosen: {names}.</source>
<translation>{count} Trainings sind gewählt: {names}.</translation>
</message>
<message>
<source>{found} trainings found in {folder}, {new} of them new on the list.</source>
<translation>{found} Trainings in {folder} gefunden, davon {new} neu in der Liste.</translation>
</message>
<message>
<source>{read} of {count} trainings have been read.</source>
<translation>{read} von {count} Trainings sind gelesen.</translation>
</message>
</context>
<context>
<name>panel.trainings_table</name>
<message>
<source>Click to sort; those under way stay first.</source>
<translation>Zum Sortieren klicken; was läuft, bleibt vorn.</translation>
</message>
<message>
<source>DSC</source>
<translation>DSC</translation>
</message>
<message>
<source>Last change</source>
<translation>Letzte Änderung</translation>
</message>
<message>
<source>Mean overlap with the references (Dice) after its last round: 0 is none, 1 is perfect.</source>
<translation>Mittlere Überlappung mit den Referenzen (Dice) nach der letzten Runde: 0 ist keine, 1 ist vollkommen.</translation>
</message>
<message>
<source>State</source>
<translation>Stand</translation>
</message>
<message>
<source>The name of its folder.</source>
<translation>Der Name seines Ordners.</translation>
</message>
<message>
<source>Training</source>
<translation>Training</translation>
</message>
<message>
<source>What it does, and how far the present stage is.</source>
<translation>Was es tut und wie weit der laufende Schritt ist.</translation>
</message>
<message>
<source>When something last happened.</source>
<translation>Wann zuletzt etwas geschah.</translation>
</message>
</context>
<context>
<name>panel.trainings_texts</name>
<message>
<source>Cannot be read</source>
<translation>Nicht lesbar</translation>
</message>
<message>
<source>Checking the scans</source>
<translation>Prüft die Scans</translation>
</message>
<message>
<source>DSC {score} of one scan: {round}.</source>
<translation>DSC {score} an einem Scan: {round}.</translation>
</message>
<message>
<source>Ended unexpectedly</source>
<translation>Unerwartet beendet</translation>
</message>
<message>
<source>Failed</source>
<translation>Fehlgeschlagen</translation>
</message>
<message>
<source>Finished</source>
<translation>Fertig</translation>
</message>
<message>
<source>Folder: {folder}</source>
<translation>Ordner: {folder}</translation>
</message>
<message>
<source>Gone</source>
<translation>Fort</translation>
</message>
<message>
<source>It runs on {place}; this folder is a copy.</source>
<translation>Es läuft auf {place}; dieser Ordner ist eine Kopie.</translation>
</message>
<message>
<source>Last change: {time}.</source>
<translation>Letzte Änderung: {time}.</translation>
</message>
<message>
<source>Mean DSC {score} over {cases} scans: {round}.</source>
<translation>Mittlerer DSC {score} über {cases} Scans: {round}.</translation>
</message>
<message>
<source>No connection to {place} since {time}</source>
<translation>Keine Verbindung zu {place} seit {time}</translation>
</message>
<message>
<source>No scores yet.</source>
<translation>Noch keine Bewertung.</translation>
</message>
<message>
<source>Not begun</source>
<translation>Nicht begonnen</translation>
</message>
<message>
<source>Not running</source>
<translation>Läuft nicht</translation>
</message>
<message>
<source>On {place} (as of {time})</source>
<translation>Auf {place} (Stand {time})</translation>
</message>
<message>
<source>On {place}, {state}</source>
<translation>Auf {place}, {state}</translation>
</message>
<message>
<source>Preparing</source>
<translation>Vorbereitung</translation>
</message>
<message>
<source>Preparing for {place}</source>
<translation>Vorbereitung für {place}</translation>
</message>
<message>
<source>Starting...</source>
<translation>Wird gestartet...</translation>
</message>
<message>
<source>Stopped</source>
<translation>Angehalten</translation>
</message>
<message>
<source>Stopped by force</source>
<translation>Mit Gewalt beendet</translation>
</message>
<message>
<source>Stopping...</source>
<translation>Wird angehalten...</translation>
</message>
<message>
<source>Study under way</source>
<translation>Studie läuft</translation>
</message>
<message>
<source>The scans have problems: open it and press Check scans to see them all.</source>
<translation>Die Scans haben Probleme: Es öffnen, Scans prüfen zeigt sie alle.</translation>
</message>
<message>
<source>This folder is gone: it was moved or deleted, or its disk is not there.</source>
<translation>Dieser Ordner ist fort: verschoben, gelöscht, oder sein Laufwerk fehlt.</translation>
</message>
<message>
<source>Training</source>
<translation>Training</translation>
</message>
<message>
<source>Training on {place}</source>
<translation>Training auf {place}</translation>
</message>
<message>
<source>iteration {number}</source>
<translation>Runde {number}</translation>
</message>
<message>
<source>source only</source>
<translation>nur Quelle</translation>
</message>
<message>
<source>target-supervised</source>
<translation>am Ziel überwacht</translation>
</message>
<message>
<source>{name}: {state}.</source>
<translation>{name}: {state}.</translation>
</message>
<message>
<source>{number} of one training finished</source>
<translation>{number} von einem Training fertig</translation>
</message>
<message>
<source>{number} of {count} trainings finished</source>
<translation>{number} von {count} Trainings fertig</translation>
</message>
<message>
<source>{score} ({round})</source>
<translation>{score} ({round})</translation>
</message>
<message>
<source>{state} {percent} %</source>
<translation>{state} {percent} %</translation>
</message>
<message>
<source>{state}, about {time} left in this stage</source>
<translation>{state}, in diesem Schritt noch etwa {time}</translation>
</message>
<message>
<source>{state}, stage {number} of {count}: {stage}</source>
<translation>{state}, Schritt {number} von {count}: {stage}</translation>
</message>
<message>
<source>{state}, {progress}</source>
<translation>{state}, {progress}</translation>
</message>
<message>
<source>{state}: {stage}</source>
<translation>{state}: {stage}</translation>
</message>
</context>
<context>
<name>panel.translate_section</name>
<message>
<source>&amp;Apply</source>
<translation>&amp;Anwenden</translation>
</message>
<message>
<source>&amp;Cancel</source>
<translation>&amp;Abbrechen</translation>
</message>
<message>
<source>'{name}' was changed meanwhile and is kept; the result is another volume.</source>
<translation>„{name}“ wurde inzwischen geändert und bleibt; das Ergebnis ist ein weiteres Volumen.</translation>
</message>
<message>
<source>Cancelled when it was done: {name} is there.</source>
<translation>Abgebrochen, als es fertig war: {name} ist da.</translation>
</message>
<message>
<source>Cancelled.</source>
<translation>Abgebrochen.</translation>
</message>
<message>
<source>Choose an experiment folder, or train one in the section Adapt.</source>
<translation>Wählen Sie einen Experimentordner, oder trainieren Sie im Abschnitt Anpassen.</translation>
</message>
<message>
<source>Choose the volume to translate.</source>
<translation>Wählen Sie das Volumen zum Übersetzen.</translation>
</message>
<message>
<source>Done: {name}, a synthetic image, not a scan. Not for clinical use.</source>
<translation>Fertig: {name}, ein synthetisches Bild, kein Scan. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>End the work; nothing half-made is kept.</source>
<translation>Die Arbeit beenden; nichts Halbfertiges bleibt zurück.</translation>
</message>
<message>
<source>Input and output are the same volume; choose another output volume.</source>
<translation>Eingabe und Ausgabe sind dasselbe Volumen; wählen Sie ein anderes Ausgabevolumen.</translation>
</message>
<message>
<source>Loading the model...</source>
<translation>Das Modell wird geladen...</translation>
</message>
<message>
<source>Nothing was done. Choose 'Create new volume' to keep both.</source>
<translation>Es wurde nichts getan. Wählen Sie 'Neues Volumen anlegen', um beide zu behalten.</translation>
</message>
<message>
<source>Open a scene.</source>
<translation>Öffnen Sie eine Szene.</translation>
</message>
<message>
<source>Starting...</source>
<translation>Wird gestartet...</translation>
</message>
<message>
<source>The image of '{name}' will be replaced. Go on?</source>
<translation>Das Bild von „{name}“ wird ersetzt. Fortfahren?</translation>
</message>
<message>
<source>The scan was removed meanwhile; nothing was added.</source>
<translation>Der Scan wurde inzwischen entfernt; es kam nichts hinzu.</translation>
</message>
<message>
<source>Translate.</source>
<translation>Übersetzen.</translation>
</message>
<message>
<source>Translating...</source>
<translation>Wird übersetzt...</translation>
</message>
</context>
<context>
<name>panel.views</name>
<message>
<source>{name} is in the scene, but could not be shown. {problem}</source>
<translation>{name} ist in der Szene, ließ sich aber nicht anzeigen. {problem}</translation>
</message>
</context>
<context>
<name>panel.wording</name>
<message>
<source>0 is perfect. The curves should fall and then level off.</source>
<translation>0 ist vollkommen. Die Kurven sollen fallen und dann flach werden.</translation>
</message>
<message>
<source>1 is a perfect overlap.</source>
<translation>1 ist vollkommene Überlappung.</translation>
</message>
<message>
<source>Check scans lists all</source>
<translation>Scans prüfen zeigt alle</translation>
</message>
<message>
<source>Checking the scans.</source>
<translation>Die Scans werden geprüft.</translation>
</message>
<message>
<source>Finished.</source>
<translation>Fertig.</translation>
</message>
<message>
<source>Higher is better</source>
<translation>Höher ist besser</translation>
</message>
<message>
<source>How well real and translated source scans are told apart</source>
<translation>Wie gut echte und übersetzte Quell-Scans unterschieden werden</translation>
</message>
<message>
<source>How well real and translated target scans are told apart</source>
<translation>Wie gut echte und übersetzte Ziel-Scans unterschieden werden</translation>
</message>
<message>
<source>How well scans kept aside are segmented</source>
<translation>Wie gut zurückgelegte Scans segmentiert werden</translation>
</message>
<message>
<source>How well source scans are drawn again</source>
<translation>Wie gut Quell-Scans nachgezeichnet werden</translation>
</message>
<message>
<source>How well source scans come back from there and back</source>
<translation>Wie gut Quell-Scans nach Hin und Zurück wiederkommen</translation>
</message>
<message>
<source>How well source scans stay as they are</source>
<translation>Wie gut Quell-Scans bleiben, wie sie sind</translation>
</message>
<message>
<source>How well structures are found in source scans</source>
<translation>Wie gut Strukturen in Quell-Scans gefunden werden</translation>
</message>
<message>
<source>How well structures are found in translated scans</source>
<translation>Wie gut Strukturen in übersetzten Scans gefunden werden</translation>
</message>
<message>
<source>How well target scans are drawn again</source>
<translation>Wie gut Ziel-Scans nachgezeichnet werden</translation>
</message>
<message>
<source>How well target scans come back from there and back</source>
<translation>Wie gut Ziel-Scans nach Hin und Zurück wiederkommen</translation>
</message>
<message>
<source>How well target scans stay as they are</source>
<translation>Wie gut Ziel-Scans bleiben, wie sie sind</translation>
</message>
<message>
<source>How well the scans learned from are segmented</source>
<translation>Wie gut die Trainings-Scans segmentiert werden</translation>
</message>
<message>
<source>How well translated scans look like source scans</source>
<translation>Wie gut übersetzte Scans wie Quell-Scans aussehen</translation>
</message>
<message>
<source>How well translated scans look like target scans</source>
<translation>Wie gut übersetzte Scans wie Ziel-Scans aussehen</translation>
</message>
<message>
<source>How well translation keeps each place in its place</source>
<translation>Wie gut die Übersetzung jeden Ort an seinem Ort lässt</translation>
</message>
<message>
<source>How well translation keeps edges</source>
<translation>Wie gut die Übersetzung Kanten erhält</translation>
</message>
<message>
<source>It runs on {place}; this folder is a copy.</source>
<translation>Es läuft auf {place}; dieser Ordner ist eine Kopie.</translation>
</message>
<message>
<source>Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec</source>
<translation>Jan. Febr. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.</translation>
</message>
<message>
<source>Laptop (about 75 minutes)</source>
<translation>Laptop (etwa 75 Minuten)</translation>
</message>
<message>
<source>Lower is better</source>
<translation>Niedriger ist besser</translation>
</message>
<message>
<source>Lower is better, but none should fall to 0</source>
<translation>Niedriger ist besser, aber keine soll auf 0 fallen</translation>
</message>
<message>
<source>Needs no graphics card. Small networks; slices and training steps are chosen for the scans and this computer.</source>
<translation>Braucht keine Grafikkarte. Kleine Netze; Schichten und Trainingsschritte werden für die Scans und diesen Rechner gewählt.</translation>
</message>
<message>
<source>No connection to {place} since {time}; the work there goes on.</source>
<translation>Keine Verbindung zu {place} seit {time}; die Arbeit dort geht weiter.</translation>
</message>
<message>
<source>None (source only)</source>
<translation>Keine (nur Quelle)</translation>
</message>
<message>
<source>Not running.</source>
<translation>Läuft nicht.</translation>
</message>
<message>
<source>On {place} (as of {time}): {state}.</source>
<translation>Auf {place} (Stand {time}): {state}.</translation>
</message>
<message>
<source>On {place}: {state}.</source>
<translation>Auf {place}: {state}.</translation>
</message>
<message>
<source>Overlap with the labels of scans kept aside</source>
<translation>Überlappung mit den Labels zurückgelegter Scans</translation>
</message>
<message>
<source>Paper (days, graphics card)</source>
<translation>Arbeit (Tage, Grafikkarte)</translation>
</message>
<message>
<source>Preparing the training on {place}.</source>
<translation>Das Training auf {place} wird vorbereitet.</translation>
</message>
<message>
<source>Preparing the training.</source>
<translation>Das Training wird vorbereitet.</translation>
</message>
<message>
<source>Preset: {preset}. Image translation: {translator}. Self-training iterations: {iterations}.</source>
<translation>Voreinstellung: {preset}. Bildübersetzung: {translator}. Runden des Selbsttrainings: {iterations}.</translation>
</message>
<message>
<source>Process {pid} on the computer {host} keeps this folder up to date.</source>
<translation>Prozess {pid} auf dem Rechner {host} hält diesen Ordner aktuell.</translation>
</message>
<message>
<source>Process {pid} on the computer {host}.</source>
<translation>Prozess {pid} auf dem Rechner {host}.</translation>
</message>
<message>
<source>Pseudo-Dice</source>
<translation>Pseudo-Dice</translation>
</message>
<message>
<source>Quick (hours, graphics card)</source>
<translation>Schnell (Stunden, Grafikkarte)</translation>
</message>
<message>
<source>Reading what has happened so far...</source>
<translation>Bisher Geschehenes wird gelesen...</translation>
</message>
<message>
<source>Runs on {place} (as of {time}).</source>
<translation>Läuft auf {place} (Stand {time}).</translation>
</message>
<message>
<source>Sample scans (5 to 15 minutes)</source>
<translation>Beispiel-Scans (5 bis 15 Minuten)</translation>
</message>
<message>
<source>Small networks, for the synthetic sample scans; for no others.</source>
<translation>Kleine Netze für die synthetischen Beispiel-Scans, für keine anderen.</translation>
</message>
<message>
<source>Stopped. Resume continues where it was.</source>
<translation>Angehalten. Fortsetzen macht dort weiter, wo es war.</translation>
</message>
<message>
<source>The same networks, trained for less time. The time is a guess.</source>
<translation>Dieselben Netze, kürzer trainiert. Die Zeit ist geschätzt.</translation>
</message>
<message>
<source>The scans have problems: press Check scans to see them all.</source>
<translation>Die Scans haben Probleme: Scans prüfen zeigt sie alle.</translation>
</message>
<message>
<source>The schedule of the paper. The time is a guess.</source>
<translation>Der Ablauf der Arbeit. Die Zeit ist geschätzt.</translation>
</message>
<message>
<source>The training ended unexpectedly: it was ended from outside, memory ran out, or the computer went down.</source>
<translation>Das Training endete unerwartet: Es wurde von außen beendet, der Speicher ging aus oder der Rechner fiel aus.</translation>
</message>
<message>
<source>Tiny networks, to see that everything runs; no useful result.</source>
<translation>Winzige Netze, um zu sehen, dass alles läuft; kein brauchbares Ergebnis.</translation>
</message>
<message>
<source>Train on the source scans as they are, for comparison.</source>
<translation>Zum Vergleich auf den Quell-Scans trainieren, wie sie sind.</translation>
</message>
<message>
<source>Training loss</source>
<translation>Trainingsverlust</translation>
</message>
<message>
<source>Training on {place}. It goes on when Slicer is closed.</source>
<translation>Training auf {place}. Es geht weiter, wenn Slicer geschlossen wird.</translation>
</message>
<message>
<source>Training. It goes on when Slicer is closed.</source>
<translation>Training läuft. Es geht weiter, wenn Slicer geschlossen wird.</translation>
</message>
<message>
<source>Trial (minutes, not for use)</source>
<translation>Probe (Minuten, nicht brauchbar)</translation>
</message>
<message>
<source>Two networks work against each other: one translates, the other tells real from translated scans. While both learn, these curves stay nearly level; where one falls to 0, the other has stopped learning.</source>
<translation>Zwei Netze arbeiten gegeneinander: Eines übersetzt, das andere unterscheidet echte von übersetzten Scans. Solange beide lernen, bleiben diese Kurven fast gleich hoch; fällt eine auf 0, lernt das andere nicht mehr.</translation>
</message>
<message>
<source>Validation loss</source>
<translation>Validierungsverlust</translation>
</message>
<message>
<source>archive, not unpacked</source>
<translation>Archiv, nicht entpackt</translation>
</message>
<message>
<source>choose another device, </source>
<translation>wählen Sie ein anderes Gerät, </translation>
</message>
<message>
<source>close other programs, then try again.</source>
<translation>schließen Sie andere Programme, und versuchen Sie es erneut.</translation>
</message>
<message>
<source>diffusion series</source>
<translation>Diffusionsserie</translation>
</message>
<message>
<source>diffusion tensors</source>
<translation>Diffusionstensoren</translation>
</message>
<message>
<source>done</source>
<translation>fertig</translation>
</message>
<message>
<source>errors</source>
<translation>Fehler</translation>
</message>
<message>
<source>evaluation images and evaluation labels</source>
<translation>Auswertungsbildern und Auswertungslabels</translation>
</message>
<message>
<source>folder</source>
<translation>Ordner</translation>
</message>
<message>
<source>format that is not read</source>
<translation>Format, das nicht gelesen wird</translation>
</message>
<message>
<source>further channel of another scan</source>
<translation>weiterer Kanal eines anderen Scans</translation>
</message>
<message>
<source>hidden</source>
<translation>versteckt</translation>
</message>
<message>
<source>label map</source>
<translation>Labelkarte</translation>
</message>
<message>
<source>likeness to real scans</source>
<translation>Ähnlichkeit mit echten Scans</translation>
</message>
<message>
<source>losses</source>
<translation>Verluste</translation>
</message>
<message>
<source>no scan by its ending</source>
<translation>der Endung nach kein Scan</translation>
</message>
<message>
<source>not found</source>
<translation>nicht gefunden</translation>
</message>
<message>
<source>on both sides</source>
<translation>auf beiden Seiten</translation>
</message>
<message>
<source>overlap</source>
<translation>Überlappung</translation>
</message>
<message>
<source>packed DICOM</source>
<translation>gepacktes DICOM</translation>
</message>
<message>
<source>press Resume</source>
<translation>Fortsetzen drücken</translation>
</message>
<message>
<source>running</source>
<translation>läuft</translation>
</message>
<message>
<source>slice of DICOM</source>
<translation>Schicht von DICOM</translation>
</message>
<message>
<source>stopped</source>
<translation>angehalten</translation>
</message>
<message>
<source>structures</source>
<translation>Strukturen</translation>
</message>
<message>
<source>the device {name}</source>
<translation>das Gerät {name}</translation>
</message>
<message>
<source>the new file</source>
<translation>die neue Datei</translation>
</message>
<message>
<source>the setting {name}</source>
<translation>die Einstellung {name}</translation>
</message>
<message>
<source>the setting {name} at {value}</source>
<translation>die Einstellung {name} auf {value}</translation>
</message>
<message>
<source>touches the edge</source>
<translation>berührt den Rand</translation>
</message>
<message>
<source>translation of another scan</source>
<translation>Übersetzung eines anderen Scans</translation>
</message>
<message>
<source>unusual volume</source>
<translation>ungewöhnliches Volumen</translation>
</message>
<message>
<source>vector volume</source>
<translation>Vektorvolumen</translation>
</message>
<message>
<source>what translation keeps</source>
<translation>was die Übersetzung erhält</translation>
</message>
<message>
<source>{day} {month}</source>
<translation>{day}. {month}</translation>
</message>
<message>
<source>{percent} %</source>
<translation>{percent} %</translation>
</message>
<message>
<source>{stage}, {step} of {total}</source>
<translation>{stage}, {step} von {total}</translation>
</message>
<message>
<source>“Add a place...”</source>
<translation>„Rechner hinzufügen...“</translation>
</message>
<message>
<source>“Change...”</source>
<translation>„Ändern...“</translation>
</message>
<message>
<source>“Check”</source>
<translation>„Prüfen“</translation>
</message>
<message>
<source>“Install there”</source>
<translation>„Dort installieren“</translation>
</message>
</context>
<context>
<name>placeForm</name>
<message>
<source>&amp;Account:</source>
<translation>Kont&amp;o:</translation>
</message>
<message>
<source>&amp;Folder there:</source>
<translation>Or&amp;dner dort:</translation>
</message>
<message>
<source>&amp;Graphics cards:</source>
<translation>&amp;Grafikkarten:</translation>
</message>
<message>
<source>&amp;Name:</source>
<translation>&amp;Name:</translation>
</message>
<message>
<source>&amp;Python there:</source>
<translation>&amp;Python dort:</translation>
</message>
<message>
<source>&amp;SSH host:</source>
<translation>&amp;SSH-Rechner:</translation>
</message>
<message>
<source>&amp;Time limit:</source>
<translation>&amp;Zeitgrenze:</translation>
</message>
<message>
<source>A computer to train on</source>
<translation>Ein Rechner zum Trainieren</translation>
</message>
<message>
<source>As ssh knows it: a name of ~/.ssh/config, or USER@HOST. Its port, key and jump host belong into ~/.ssh/config.</source>
<translation>Wie ssh ihn kennt: ein Name aus ~/.ssh/config oder USER@HOST. Port, Schlüssel und Sprungrechner gehören in ~/.ssh/config.</translation>
</message>
<message>
<source>Cance&amp;l</source>
<translation>&amp;Abbrechen</translation>
</message>
<message>
<source>Change nothing.</source>
<translation>Nichts ändern.</translation>
</message>
<message>
<source>F&amp;urther options:</source>
<translation>&amp;Weitere Optionen:</translation>
</message>
<message>
<source>Forget this place. What lies there stays.</source>
<translation>Diesen Rechner vergessen. Was dort liegt, bleibt.</translation>
</message>
<message>
<source>How many train together.</source>
<translation>Wie viele zusammen trainieren.</translation>
</message>
<message>
<source>It is a &amp;cluster with Slurm</source>
<translation>Es ist ein &amp;Cluster mit Slurm</translation>
</message>
<message>
<source>Keep this place. No password is kept: ssh uses your keys.</source>
<translation>Diesen Rechner merken. Kein Passwort wird gespeichert: ssh nimmt die eigenen Schlüssel.</translation>
</message>
<message>
<source>Leave it empty, and Install there makes an environment with what is needed; or name a Python that has the packages.</source>
<translation>Lassen Sie das Feld leer, dann legt „Dort installieren“ eine Umgebung mit allem an; oder nennen Sie ein Python, das die Pakete hat.</translation>
</message>
<message>
<source>N&amp;odes:</source>
<translation>&amp;Knoten:</translation>
</message>
<message>
<source>Of a job, as 24:00:00 or 2-00:00:00. A longer training goes on in the next job by itself.</source>
<translation>Eines Jobs, wie 24:00:00 oder 2-00:00:00. Ein längeres Training geht im nächsten Job von selbst weiter.</translation>
</message>
<message>
<source>Of each node. 0 asks for none.</source>
<translation>Jedes Knotens. 0 verlangt keine.</translation>
</message>
<message>
<source>Of sbatch, with blanks between them, as --mem=32G --constraint=a100.</source>
<translation>Von sbatch, durch Leerzeichen getrennt, wie --mem=32G --constraint=a100.</translation>
</message>
<message>
<source>Part&amp;ition:</source>
<translation>Part&amp;ition:</translation>
</message>
<message>
<source>Re&amp;move</source>
<translation>En&amp;tfernen</translation>
</message>
<message>
<source>Sa&amp;ve</source>
<translation>Sp&amp;eichern</translation>
</message>
<message>
<source>Trainings are submitted as jobs; the SSH host is the cluster's login node.</source>
<translation>Trainings werden als Jobs eingereiht; der SSH-Rechner ist der Anmelderechner des Clusters.</translation>
</message>
<message>
<source>What you call this computer: letters, digits, '_', '-' and '.'.</source>
<translation>Wie dieser Rechner heißen soll: Buchstaben, Ziffern, '_', '-' und '.'.</translation>
</message>
<message>
<source>Where everything of ours lies there: scans, packages, experiments.</source>
<translation>Wo dort alles von uns liegt: Scans, Pakete, Experimente.</translation>
</message>
<message>
<source>Where jobs are queued. Empty is the cluster's own choice.</source>
<translation>Wo Jobs warten. Leer heißt: die Wahl des Clusters.</translation>
</message>
<message>
<source>Who pays. Empty is the cluster's own choice.</source>
<translation>Wer zahlt. Leer heißt: die Wahl des Clusters.</translation>
</message>
</context>
<context>
<name>segmentWidget</name>
<message>
<source>&amp;Apply</source>
<translation>&amp;Anwenden</translation>
</message>
<message>
<source>&amp;Device:</source>
<translation>Ge&amp;rät:</translation>
</message>
<message>
<source>&amp;Import...</source>
<translation>&amp;Importieren...</translation>
</message>
<message>
<source>&amp;Keep largest part of:</source>
<translation>Größter Teil &amp;bei:</translation>
</message>
<message>
<source>&amp;Model:</source>
<translation>&amp;Modell:</translation>
</message>
<message>
<source>&amp;Output folder:</source>
<translation>A&amp;usgabeordner:</translation>
</message>
<message>
<source>&amp;Scans:</source>
<translation>&amp;Scans:</translation>
</message>
<message>
<source>Advanced</source>
<translation>Erweitert</translation>
</message>
<message>
<source>Clean up the result: of the chosen structure only the largest connected part is kept. There are two cochleas: do not choose it for them.</source>
<translation>Das Ergebnis aufräumen: Von der gewählten Struktur bleibt nur der größte zusammenhängende Teil. Es gibt zwei Cochleae: für sie nicht wählen.</translation>
</message>
<message>
<source>Correct the result by hand: opens Slicer's Segment Editor on it, with its scan to draw on.</source>
<translation>Das Ergebnis von Hand verbessern: öffnet Slicers Segment-Editor damit, mit dem Scan als Grundlage.</translation>
</message>
<message>
<source>Create new segmentation</source>
<translation>Neue Segmentierung anlegen</translation>
</message>
<message>
<source>Edi&amp;t...</source>
<translation>Bearbei&amp;ten...</translation>
</message>
<message>
<source>Folder for the results: a segmentation and a label map for each scan, and a table of measurements.</source>
<translation>Ordner für die Ergebnisse: zu jedem Scan eine Segmentierung und eine Labelkarte, dazu eine Tabelle der Messwerte.</translation>
</message>
<message>
<source>Folder of an experiment or of an imported model. Of an experiment, the last finished self-training iteration is used. The list has recent ones.</source>
<translation>Ordner eines Experiments oder eines importierten Modells. Von einem Experiment gilt die letzte fertige Runde des Selbsttrainings. Die Liste enthält zuletzt verwendete.</translation>
</message>
<message>
<source>Folder of scan files (NIfTI, NRRD or MetaImage) of the target domain.</source>
<translation>Ordner mit Scan-Dateien (NIfTI, NRRD oder MetaImage) der Zieldomäne.</translation>
</message>
<message>
<source>How far the import is.</source>
<translation>Wie weit das Importieren ist.</translation>
</message>
<message>
<source>How far the segmentation is.</source>
<translation>Wie weit die Segmentierung ist.</translation>
</message>
<message>
<source>I&amp;nput folder:</source>
<translation>Ei&amp;ngabeordner:</translation>
</message>
<message>
<source>I&amp;nput volume:</source>
<translation>Ei&amp;ngabevolumen:</translation>
</message>
<message>
<source>Import a model package (.zip) that somebody gave you. It is checked first, and kept in your own data folder.</source>
<translation>Ein erhaltenes Modellpaket (.zip) importieren. Es wird zuerst geprüft und im eigenen Datenordner aufbewahrt.</translation>
</message>
<message>
<source>Look at this before you use it</source>
<translation>Vor der Verwendung ansehen</translation>
</message>
<message>
<source>Meas&amp;ure again</source>
<translation>N&amp;eu messen</translation>
</message>
<message>
<source>Measure the segmentations as they are now: a new table, and new warnings. The earlier table stays in the scene.</source>
<translation>Die Segmentierungen messen, wie sie jetzt sind: eine neue Tabelle und neue Warnungen. Die frühere Tabelle bleibt in der Szene.</translation>
</message>
<message>
<source>Measurements of the latest result, also a table in the scene. Axial diameter: the largest within one axial slice of one connected part, edge to edge. Distance apart: between the surfaces of the two structures.</source>
<translation>Messwerte des neuesten Ergebnisses, auch als Tabelle in der Szene. Axialer Durchmesser: der größte innerhalb einer axialen Schicht eines zusammenhängenden Teils, von Rand zu Rand. Abstand voneinander: zwischen den Oberflächen der beiden Strukturen.</translation>
</message>
<message>
<source>Scan of the target domain, such as hrT2.</source>
<translation>Scan der Zieldomäne, etwa hrT2.</translation>
</message>
<message>
<source>Se&amp;gmentation:</source>
<translation>Se&amp;gmentierung:</translation>
</message>
<message>
<source>Segment</source>
<translation>Segmentieren</translation>
</message>
<message>
<source>Segment scans of the target domain with a trained model.</source>
<translation>Scans der Zieldomäne mit einem trainierten Modell segmentieren.</translation>
</message>
<message>
<source>Segment the scan.</source>
<translation>Den Scan segmentieren.</translation>
</message>
<message>
<source>Sho&amp;w</source>
<translation>An&amp;zeigen</translation>
</message>
<message>
<source>Show the scan with its newest result in the views, and nothing of another scan.</source>
<translation>Den Scan mit seinem neuesten Ergebnis in den Ansichten zeigen, und nichts von einem anderen Scan.</translation>
</message>
<message>
<source>The scans that have a result; the chosen one is shown in the views. A sign marks those with a warning.</source>
<translation>Die Scans, die ein Ergebnis haben; der gewählte wird in den Ansichten gezeigt. Ein Zeichen markiert die mit einer Warnung.</translation>
</message>
<message>
<source>What to segment: one volume, every volume of the scene, or every scan file in a folder.</source>
<translation>Was segmentiert wird: ein Volumen, jedes Volumen der Szene oder jede Scan-Datei eines Ordners.</translation>
</message>
<message>
<source>Where the network runs. Automatic takes the graphics card if there is a suitable one.</source>
<translation>Wo das Netz rechnet. Automatisch nimmt die Grafikkarte, wenn es eine geeignete gibt.</translation>
</message>
<message>
<source>Where the result goes. An existing segmentation is replaced only after asking.</source>
<translation>Wohin das Ergebnis kommt. Eine vorhandene Segmentierung wird nur nach Rückfrage ersetzt.</translation>
</message>
<message>
<source>Where the result is unlike the labels that the model was trained on. No warning does not mean that the result is right. Not for clinical use.</source>
<translation>Wo das Ergebnis den Labels nicht gleicht, mit denen das Modell trainiert wurde. Keine Warnung heißt nicht, dass das Ergebnis stimmt. Nicht für den klinischen Einsatz.</translation>
</message>
<message>
<source>Where to compute, and what to clean up.</source>
<translation>Wo gerechnet und was aufgeräumt wird.</translation>
</message>
</context>
<context>
<name>statusWidget</name>
<message>
<source>How far the stage is that the training is at.</source>
<translation>Wie weit der Schritt ist, bei dem das Training ist.</translation>
</message>
<message>
<source>Open the section Adapt.</source>
<translation>Den Abschnitt Anpassen öffnen.</translation>
</message>
<message>
<source>Open the section Segment.</source>
<translation>Den Abschnitt Segmentieren öffnen.</translation>
</message>
<message>
<source>Sh&amp;ow</source>
<translation>&amp;Zeigen</translation>
</message>
<message>
<source>Sho&amp;w</source>
<translation>Zei&amp;gen</translation>
</message>
<message>
<source>The model that the sections Segment and Translate use.</source>
<translation>Das Modell, das die Abschnitte Segmentieren und Übersetzen verwenden.</translation>
</message>
<message>
<source>The section Segment lists the warnings of the last results.</source>
<translation>Der Abschnitt Segmentieren listet die Warnungen der letzten Ergebnisse auf.</translation>
</message>
</context>
<context>
<name>trainingsWidget</name>
<message>
<source>&amp;Add folder...</source>
<translation>Ordner hin&amp;zufügen...</translation>
</message>
<message>
<source>&amp;Compare</source>
<translation>Ver&amp;gleichen</translation>
</message>
<message>
<source>&amp;Open</source>
<translation>Öff&amp;nen</translation>
</message>
<message>
<source>&amp;Remove from list</source>
<translation>Aus der L&amp;iste nehmen</translation>
</message>
<message>
<source>A double click or the Enter key opens a training in Adapt. Two can be chosen to be compared, with the Ctrl key.</source>
<translation>Ein Doppelklick oder die Eingabetaste öffnet ein Training in Anpassen. Mit der Strg-Taste lassen sich zwei zum Vergleichen wählen.</translation>
</message>
<message>
<source>All trainings that you opened or started: how each goes, its scores, and two of them compared.</source>
<translation>Alle geöffneten oder gestarteten Trainings: wie jedes läuft, seine Bewertung, und zwei im Vergleich.</translation>
</message>
<message>
<source>In which order the trainings stand. Those under way are always first.</source>
<translation>In welcher Reihenfolge die Trainings stehen. Was läuft, steht immer vorn.</translation>
</message>
<message>
<source>Re&amp;sume</source>
<translation>Fort&amp;setzen</translation>
</message>
<message>
<source>Sor&amp;t by:</source>
<translation>Sor&amp;tieren nach:</translation>
</message>
<message>
<source>Sto&amp;p</source>
<translation>St&amp;oppen</translation>
</message>
<message>
<source>The overlap with the references (DSC) after the last round of each, mean and standard deviation over the scans.</source>
<translation>Die Überlappung mit den Referenzen (DSC) nach der letzten Runde, Mittel und Standardabweichung über die Scans.</translation>
</message>
<message>
<source>Trainings</source>
<translation>Trainings</translation>
</message>
</context>
<context>
<name>translateWidget</name>
<message>
<source>&amp;Apply</source>
<translation>&amp;Anwenden</translation>
</message>
<message>
<source>&amp;Device:</source>
<translation>Ge&amp;rät:</translation>
</message>
<message>
<source>&amp;Model:</source>
<translation>&amp;Modell:</translation>
</message>
<message>
<source>&amp;Output volume:</source>
<translation>A&amp;usgabevolumen:</translation>
</message>
<message>
<source>Create new volume</source>
<translation>Neues Volumen anlegen</translation>
</message>
<message>
<source>Folder of an experiment whose image translation is trained. The list has recent ones.</source>
<translation>Ordner eines Experiments, dessen Bildübersetzung trainiert ist. Die Liste enthält zuletzt verwendete.</translation>
</message>
<message>
<source>How far the translation is.</source>
<translation>Wie weit die Übersetzung ist.</translation>
</message>
<message>
<source>I&amp;nput volume:</source>
<translation>Ei&amp;ngabevolumen:</translation>
</message>
<message>
<source>Scan of the source domain, such as contrast-enhanced T1 (ceT1).</source>
<translation>Scan der Quelldomäne, etwa T1 mit Kontrastmittel (ceT1).</translation>
</message>
<message>
<source>Translate</source>
<translation>Übersetzen</translation>
</message>
<message>
<source>Translate the volume and show both side by side.</source>
<translation>Das Volumen übersetzen und beide nebeneinander zeigen.</translation>
</message>
<message>
<source>Turn a source scan into a pseudo-target image.</source>
<translation>Aus einem Quell-Scan ein Pseudo-Zielbild machen.</translation>
</message>
<message>
<source>Where the network runs. Automatic takes the graphics card if there is a suitable one.</source>
<translation>Wo das Netz rechnet. Automatisch nimmt die Grafikkarte, wenn es eine geeignete gibt.</translation>
</message>
<message>
<source>Where the pseudo-target image goes. An existing volume is replaced only after asking.</source>
<translation>Wohin das Pseudo-Zielbild kommt. Ein vorhandenes Volumen wird nur nach Rückfrage ersetzt.</translation>
</message>
</context>
<context>
<name>translation.cut</name>
<message>
<source>CUT</source>
<translation>CUT</translation>
</message>
<message>
<source>CUT without identity: faster, and it changes shapes less.</source>
<translation>CUT ohne Identität: schneller, und es verändert Formen weniger.</translation>
</message>
<message>
<source>Contrast between patches, without a way back.</source>
<translation>Kontrast zwischen Bildausschnitten, ohne Rückweg.</translation>
</message>
<message>
<source>Discriminator loss, target</source>
<translation>Diskriminatorverlust, Ziel</translation>
</message>
<message>
<source>FastCUT</source>
<translation>FastCUT</translation>
</message>
<message>
<source>Generator adversarial loss, source to target</source>
<translation>Adversarialer Generatorverlust, Quelle zu Ziel</translation>
</message>
<message>
<source>Patchwise contrastive loss (PatchNCE), source</source>
<translation>Kontrastiver Patch-Verlust (PatchNCE), Quelle</translation>
</message>
<message>
<source>Patchwise contrastive loss (PatchNCE), target</source>
<translation>Kontrastiver Patch-Verlust (PatchNCE), Ziel</translation>
</message>
<message>
<source>adversarial losses</source>
<translation>adversariale Verluste</translation>
</message>
<message>
<source>contrastive losses</source>
<translation>kontrastive Verluste</translation>
</message>
</context>
<context>
<name>translation.cyclegan</name>
<message>
<source>Cycle consistency loss, source</source>
<translation>Zykluskonsistenz-Verlust, Quelle</translation>
</message>
<message>
<source>Cycle consistency loss, target</source>
<translation>Zykluskonsistenz-Verlust, Ziel</translation>
</message>
<message>
<source>CycleGAN, ResNet</source>
<translation>CycleGAN, ResNet</translation>
</message>
<message>
<source>CycleGAN, U-Net</source>
<translation>CycleGAN, U-Net</translation>
</message>
<message>
<source>Discriminator loss, source</source>
<translation>Diskriminatorverlust, Quelle</translation>
</message>
<message>
<source>Discriminator loss, target</source>
<translation>Diskriminatorverlust, Ziel</translation>
</message>
<message>
<source>Generator adversarial loss, source to target</source>
<translation>Adversarialer Generatorverlust, Quelle zu Ziel</translation>
</message>
<message>
<source>Generator adversarial loss, target to source</source>
<translation>Adversarialer Generatorverlust, Ziel zu Quelle</translation>
</message>
<message>
<source>Identity loss, source</source>
<translation>Identitätsverlust, Quelle</translation>
</message>
<message>
<source>Identity loss, target</source>
<translation>Identitätsverlust, Ziel</translation>
</message>
<message>
<source>The paper's.</source>
<translation>Das der Arbeit.</translation>
</message>
<message>
<source>With the U-Net generator.</source>
<translation>Mit dem U-Net-Generator.</translation>
</message>
<message>
<source>adversarial losses</source>
<translation>adversariale Verluste</translation>
</message>
<message>
<source>cycle and identity losses</source>
<translation>Zyklus- und Identitätsverluste</translation>
</message>
</context>
<context>
<name>translation.nice_gan</name>
<message>
<source>Cycle consistency loss, source</source>
<translation>Zykluskonsistenz-Verlust, Quelle</translation>
</message>
<message>
<source>Cycle consistency loss, target</source>
<translation>Zykluskonsistenz-Verlust, Ziel</translation>
</message>
<message>
<source>Discriminator loss, source</source>
<translation>Diskriminatorverlust, Quelle</translation>
</message>
<message>
<source>Discriminator loss, target</source>
<translation>Diskriminatorverlust, Ziel</translation>
</message>
<message>
<source>Generator adversarial loss, source to target</source>
<translation>Adversarialer Generatorverlust, Quelle zu Ziel</translation>
</message>
<message>
<source>Generator adversarial loss, target to source</source>
<translation>Adversarialer Generatorverlust, Ziel zu Quelle</translation>
</message>
<message>
<source>Its discriminators are also its encoders.</source>
<translation>Seine Diskriminatoren sind zugleich seine Encoder.</translation>
</message>
<message>
<source>NICE-GAN</source>
<translation>NICE-GAN</translation>
</message>
<message>
<source>Reconstruction loss, source</source>
<translation>Rekonstruktionsverlust, Quelle</translation>
</message>
<message>
<source>Reconstruction loss, target</source>
<translation>Rekonstruktionsverlust, Ziel</translation>
</message>
<message>
<source>adversarial losses</source>
<translation>adversariale Verluste</translation>
</message>
<message>
<source>cycle and reconstruction losses</source>
<translation>Zyklus- und Rekonstruktionsverluste</translation>
</message>
</context>
<context>
<name>translation.target_aware</name>
<message>
<source>CycleGAN, target-aware</source>
<translation>CycleGAN, zielbewusst</translation>
</message>
<message>
<source>Edge loss</source>
<translation>Kantenverlust</translation>
</message>
<message>
<source>Learns to segment, too, so that structures stay visible.</source>
<translation>Lernt auch zu segmentieren, damit Strukturen sichtbar bleiben.</translation>
</message>
<message>
<source>Segmentation loss, pseudo-target slices</source>
<translation>Segmentierungsverlust, Pseudo-Ziel-Schichten</translation>
</message>
<message>
<source>Segmentation loss, source slices</source>
<translation>Segmentierungsverlust, Quell-Schichten</translation>
</message>
<message>
<source>cycle and identity losses</source>
<translation>Zyklus- und Identitätsverluste</translation>
</message>
<message>
<source>segmentation losses</source>
<translation>Segmentierungsverluste</translation>
</message>
</context>
</TS>
