<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
<name>CoreTexts</name>
<message>
<source>'{name}' and '{name2}' have no structure in common; give their segments the same names.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>'{name}' is no place where a worker can run; known are {places}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>(and {count} more; --dry-run lists all)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--device {device} names several GPUs, which only 'run' uses together; name one of them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--events belongs to --dry-run; an experiment's events are in its events.jsonl.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--largest-component none switches it off for all structures; give it alone.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--largest-component {name} is not a structure of the model; choose from {labels}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--preset {named} and --set preset={assigned} contradict one another; give one of them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--set {assignment} is not KEY=VALUE; write for example --set seed=1.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>--set {useless} does not matter to evaluate; it takes labels and evaluation.convention.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A helper process died while {message}, most likely because memory ran out; run again with --set helper_processes=0 or fewer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A structure is {wrong} in the pseudo-labels of all target cases: none is left out. Look at them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A structure is {wrong} in the pseudo-labels of {count} of {count2} target cases, which are left out: see report.md.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A structure is {wrong} in the pseudo-labels of {count} of {count2} target cases, which are left out: {left_out}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Adam's beta 1</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Adam's beta 2</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Adam's first decay rate.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Adam's second decay rate.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Adam's weight decay.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Add doubtful voxels to a pseudo-label whose intensity fits, remove those whose does not, or both.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Adversarial weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>After iteration 0, compare its results on the pseudo-target images with their real labels.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Also train a segmenter on the source images as they are, for comparison.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Apple GPU (mps)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Arithmetic of the networks; auto: bf16 where the hardware has units for it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>As `cyclegan.discriminator_layers`; 0: by the slice's size.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Average predictions over mirrored copies of the scan.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Base features</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Batch size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Bright in target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Budget minutes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>CPU ({get_num_threads} threads)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cannot read the list of Python packages {path} ({error}); reinstall the extension.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check agreement</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Checkpoint every</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Chosen for these scans and this computer: {parts}. In all about {seconds}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compare with source only</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compile</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Contrast target slices with their own translations as well; FastCUT does not.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Contrast weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Convention</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cross entropy weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cycle weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>DSC {scores} over {scores2} scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Dark in target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Decay epochs</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Device</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discriminator features</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discriminator layers</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Do not trust the results of {name}: {against}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Drop failed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Drop incomplete</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Earlier networks, spread over the decay epochs, whose translations the segmenter learns from as well.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edge weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Entropy (nats) of a structure's probability above which a voxel is doubtful.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Epochs</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Epochs at the initial learning rate.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Epochs between checkpoints.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Epochs of one training.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Epochs of the training in each iteration from 1 on; 0: as segmentation.epochs.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Evaluation needs both the folder of its images and the folder of its labels; give both or neither.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Evidence</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Feature maps of nnU-Net's first stage.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Feature maps of the discriminator's first layer, which is also the encoder's.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Feature maps of the discriminator's first layer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Feature maps of the generator's first layer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Feature maps of the generator's last layer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Finest spacing (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Flip equivariance</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Further epochs over which the learning rate falls linearly to zero.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>GPU memory (GB)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>GPU memory (GB) that nnU-Net plans its patch and batch size for.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Generator blocks</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Generator downsamplings</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Generator features</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Helper processes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Highest factor of that scaling; 2 doubles the signal. Below 1 for a structure that is darker in the target.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Highest fitting intensity, relative to the mean inside the pseudo-label.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How empty masks and the mean surface distance are counted.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How often a case with a pseudo-label is drawn, relative to one with a real label.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How often the ResNet generator halves a slice; 0: by the slice's size.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How often the generator halves a slice; 0: by the slice's size.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Identity</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Identity weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Image size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Image translator; 'none' trains on the source images as they are.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Initial learning rate</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Initial learning rate in each iteration from 1 on; 0: as segmentation.initial_learning_rate.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Initial learning rate of Adam.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Initial learning rate of the optimizer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Intensity percentile of a volume that becomes +1.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Intensity percentile of a volume that becomes -1.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Interrupted; results that are there already are whole.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Interrupted; run the same command to continue where it stopped.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Iterations</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Iterations per epoch</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Labels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Largest component</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Learning rate</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Least expected dice</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Least spacing (mm) along each axis that nnU-Net sees; larger is coarser, a patch shows more of the body. 0: as it plans.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Leave out target cases in which a structure's expected DSC, told by its own probabilities, is below this; 0 keeps all.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Leave out target cases in whose pseudo-labels a structure is missing wholly.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Leave out translated cases that fail the checks, instead of only reporting them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Length of the vectors that patches are compared by.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Loading PyTorch and nnU-Net.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Lower percentile</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Lowest factor of that scaling; 0.5 halves the signal. Above 1 for a structure that is brighter in the target.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Lowest fitting intensity, relative to the mean inside the pseudo-label.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Making sure that the scans are those that the experiment began with.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measure, after each training, what tells without labels whether its results can be trusted.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Memory ran out before the work began: processes are limited to {limit} GB (ulimit -v, or a batch system's setting) and need {least_address_space} GB to load PyTorch and nnU-Net alone; raise the limit.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Memory ran out; close other programs, or run with --set helper_processes=0 and smaller batches.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Minutes that the whole experiment may take here: slices and epochs are chosen when it begins, for the scans and the computer; what differs from the preset stays. 0: as the settings say.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mirror every second batch before and its features after translation, as FastCUT does.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mirroring</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>NAME:NUMBER,NAME:NUMBER with each name once, such as Tumour:0.5, or JSON, such as {{"Tumour, left": 0.5}}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>NAME:VALUE,NAME:VALUE with each name once and whole numbers, such as Tumour:1, or JSON, such as {{"Tumour, left": 1}}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Name of the preset these settings started from.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No file in {predictions} belongs to one in {references} (for example {predicted} and {drawn}); name both after the case, as CASE_Label.nii.gz.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No label map of {name} holds a structure, so there is nothing to learn; check the source domain's label maps.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No volume is chosen; choose the scan to work on.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not for clinical use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>One scan appears as several cases: {first_three}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Optimizer</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Patches</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Pool size</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Pooled epochs</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Positions in each layer that are told from one another.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Precision</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Preset</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Probability with which a training patch of a source case has a structure's signal scaled, each on its own.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Process {holder} could not be killed; end it as the user who started it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Process {numbers} was killed and has not ended; end it as the user who started it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Processes that help to prepare images; 0: none, -1: the program chooses.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Projection features</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Pseudo label weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PyTorch cannot train on several GPUs here, as it comes without NCCL; choose one of them, such as {first}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>PyTorch sees the device {device} but cannot use it ({error}); install a PyTorch that fits it, or run with --device cpu.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reconstruction weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Refinement</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Refinement brightest</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Refinement darkest</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Refinement entropy</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Residual blocks of the ResNet generator.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Residual blocks of the generator.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scaled copies</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scans used both for training (without labels) and for evaluation: {first_three}; scores on them do not tell how well unseen scans do.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Seed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Seed of everything that is drawn at random.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segment '{name}' could not be added to segmentation '{name2}'; see Slicer's log.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmentation '{name}' could not be merged into one label map; check its segments in the module Segmentations.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmentation '{name}' has no binary labelmap; create that representation in the module Segmentations.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmentation '{name}' has no reference geometry; choose its source volume in the module Segment Editor.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmentation '{name}' has no segment '{name2}' (it has {there}); rename the segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmentation nodes and .seg.nrrd files need Slicer's MRML classes; run inside Slicer or install slicer-core.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmentation weight</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Self-training iterations after iteration 0.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slicer's writer failed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slices of each domain in one step.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Start each retraining from the weights of the iteration before.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Step of the sliding window as a share of the patch.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Steps in an epoch; 0 is one pass over the domain with more slices.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Steps per epoch</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Strided convolutions of the discriminator: 3 see patches of 70 x 70 pixels, 2 of 34 x 34, 1 of 16 x 16; 0: by the slice's size.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structure scaling highest</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structure scaling lowest</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structure scaling probability</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structures and factors; each adds a copy of every pseudo-target image with that structure's signal scaled.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structures and their values in the label maps.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structures brighter than what surrounds them in target images; 90 % of training patches have 1.2 to 4 times their signal.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structures darker than what surrounds them in target images; 90 % of training patches have their signal divided by 1.2 to 4.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structures of which every prediction keeps only the largest connected component.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Temperature</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Temperature of the contrastive loss.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The GPU ran out of memory; end other programs that use it, run on another with --device, or lower translation.batch_size or segmentation.memory_gb in a new experiment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python package '{name}' is missing; install nnU-Net (pip install nnunetv2).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python package {packages} is missing; install the extension PyTorch with Slicer's Extensions Manager, open the module CrossMoDA UDA and press Install what is missing in its section Python packages.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python package {packages} is missing; install with: {executable} -m pip install {packages2}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python package {packages} is missing; open the module CrossMoDA UDA and press Install what is missing in its section Python packages.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python package {package} {version} does not fit the others ({reason})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python package {package}, which {owner} needs, is missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python packages {packages} are missing; install the extension PyTorch with Slicer's Extensions Manager, open the module CrossMoDA UDA and press Install what is missing in its section Python packages.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python packages {packages} are missing; install with: {executable} -m pip install {packages2}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python packages {packages} are missing; open the module CrossMoDA UDA and press Install what is missing in its section Python packages.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The device '{text}' names a GPU twice; name each once, such as cuda:0,1.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The disk is full (writing {place}); free some space, then go on (the same command, or Resume in the panel).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The disk is full; free some space, then go on (the same command, or Resume in the panel).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The label map holds the value {strange}, which no structure has ({known}); check the labels setting.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model in {folder} is incomplete: {name} is missing; copy the whole folder again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The prediction of {case}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The reference of {case}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scan is blank: every voxel is {low}; export or load it again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scan would have {voxels} voxels of the {size} mm that the model works with; check its voxel size or crop it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The settings are not a JSON object; restore the file or start in a new folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training's process for {devices} died (exit status {exitcode}), most likely because memory ran out; end other programs, or run again on fewer devices with --device.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training's process for {devices} died (signal {value}), most likely because memory ran out; end other programs, or run again on fewer devices with --device.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The translated {case} fails a check: {told}. A new experiment with translation.drop_failed=true leaves such cases out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The translated {case} fails a check: {told}. It is left out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The translator's training began in bf16 on {get} ({record}), in which Apple's GPU does not compute; go on with --device cpu or on the machine it began on, or start a new experiment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The {domain} case '{id}' has {count} images: {first_three}; keep one of them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The {domain} case '{id}' has {count} label maps: {first_three}; keep one of them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The {domain} domain has no cases; add {text}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There are no scans to cut into slices for {name}; name at least one scan of each domain.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no device '{text}'; use auto, cuda, cuda:N (as cuda:0), several as cuda:0,1, mps or cpu.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no image translator '{name}'; choose one of {translators}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no imported model '{name}'; none has been imported.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no imported model '{name}'; there are {names}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no preset '{name}'; {nearest_of}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no scoring convention '{convention}'; choose one of {conventions}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>There is no setting '{key}'; {nearest_of}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>These scans need about {needed} on this computer even with the fewest useful training steps, more than budget_minutes={budget_minutes}; take fewer scans, a smaller translation.image_size or more time.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>This machine has no device {wanted} that PyTorch can use; choose auto or one of: {there}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tile step</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Trainer</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Training of the translator diverged in epoch {epoch} (a loss is not finite); lower translation.learning_rate and start a new experiment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Training steps in an epoch.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Training the segmenter in {precision} on the CPU.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Training the translator in {choose} on {used}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translated slices kept to show the discriminators older ones; 0 is none.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translator</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Unexpected {name}: {one_line}; please report it with {log}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Unexpected {name}: {one_line}; please report it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Upper percentile</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>VTK's writer failed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Validation iterations per epoch</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Validation steps in an epoch.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume '{name}' has no image data; load it again or choose another volume.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume '{name}' has skewed axes; resample it to a regular grid first (module Resample Scalar/Vector/DWI Volume).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume '{name}' has {numberofcomponents} values a voxel; expected a scalar volume.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume '{name}' holds voxels that are not finite numbers; replace them, for example by 0.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume '{name}' is a single slice; expected a 3-D scan.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume '{name}' is both input and output; choose another output volume.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume '{name}' is not on the grid of its label map ({differences}); segment the volume again as it is now.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume '{name}' is under the non-linear transform '{name2}'; harden the transform or take it off first.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Warm start</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight decay</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight of the adversarial loss.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight of the class-weighted cross-entropy beside 1 - DSC in a segmentation loss; 0 is as in COSMOS.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight of the contrastive loss; FastCUT's is 10.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight of the cycle consistency loss.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight of the edge loss between a source slice and its translation (L1 between Sobel magnitudes).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight of the generators' adversarial loss.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight of the identity loss.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight of the loss of slices that are encoded and decoded in their own domain.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Weight of the segmentation losses.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where networks run: auto, cuda, cuda:N, mps, cpu, or cuda:N,M,... to train on several.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Whether torch.compile speeds up the networks; auto: on a GPU.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Whole slices are resized to this many pixels along both sides.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>`run -o {folder}` goes on</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a batch of {batch} slices is shared evenly</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a label map in a folder of images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a label map without an image</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a list NAME,NAME, or JSON, such as ["Tumour, left"]</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a number of thousands of digits</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>a whole number</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>all {labels} labels it was trained on show</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>another device</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>another process</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>anterior</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>axis directions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>checked {domain} case {id}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>choose one of {choices}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>compile=on: torch.compile does not work here ({problem}); set compile=off.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>did you mean '{near}'</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>does not show where its label is (contrast {contrast}, median {median})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>epoch {current_epoch} of {num_epochs}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>evaluation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>evaluation.source_only trains nothing: there are no evaluation cases to compare on; start with --evaluate-images and --evaluate-labels for the comparison.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>inferior</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>intensity.lower_percentile must be below intensity.upper_percentile.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>is not found where its label is (DSC {value}, median {median})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it does not end</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it does not say where the voxels are (ElementDataFile)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives '{text}' for {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives a spacing of {by_axes} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives an axis without a direction</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives itself {skipped} bytes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives the encoding '{encoding}'</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives the space directions '{fields}'</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives two spacings, {by_axes} mm and, in its affine matrix, {by_axes2} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives voxels of the type '{kind}'</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives {bits} bits a voxel of {voxel_bytes}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives {by_axes} voxels along its axes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives {count} dimensions</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it gives {dimension} dimensions and {count} sizes</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it is cut short</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it lacks the mark of a NIfTI file that holds its own voxels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it lacks the mark of an NRRD file of the versions 1 to 5</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it places the scan at {by_axes} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it says that it has {unpack} bytes, not 348</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it says that the voxels begin at byte {offset}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it scales the voxels by {slope} and {shift}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it skips a negative number of bytes or lines</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it turns the scan by the quaternion {quaternion}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>it was started with {key}={before}, not {now}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its line '{decode}' is not a new field and its value</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its line '{line}' is too long</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its {domain} cases differ (case {others})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>its {domain} cases differ in their files</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>labelled scans such as *_ceT1 with *_Label</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>labels is empty; name at least one structure, as --set labels=Tumour:1.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>labels: '{name}' holds characters that cannot be shown; give the structure another name.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>labels: '{name}' means something of its own to nnU-Net; give the structure another name.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>labels: '{name}:{value}' needs a name and a value from 1 to 254.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>labels: two structures share one value; each needs its own.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>left</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>loading the model</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>look at it before you use it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>looked at {id}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>measuring the images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>missing or uncertain</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>named neither *_ceT1, *_hrT2, *_T2 nor *_Label</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nested too deeply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nnU-Net cannot build the network that {folder} describes; copy the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nnU-Net planned a batch of {batch}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nnU-Net's SGD, or AdamW, for which a rate of 0.001 to 0.003 is a good start.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nnU-Net's augmentation processes died, most likely because memory ran out (nnunet.log may say more); run again with --set helper_processes=0.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nnU-Net's loss is no longer a number in epoch {current_epoch}; lower segmentation.initial_learning_rate in a new experiment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nnU-Net's plan changed: the training starts anew.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nnU-Net's trainer class.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>no message</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not a cohort: {error}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>of an unknown version</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>on all sides</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>origin {by_axes} against {by_axes2} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>posterior</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>precision=bf16 is not supported on Apple's GPU; use fp32 or auto.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>preprocessing labels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>preset={wanted} cannot be changed by --set here; use --preset {wanted}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>process {worker} on {worker2}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>reading the scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>right</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>segmentation.bright_in_target and segmentation.dark_in_target both name '{both}'; name it in one of them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>segmentation.structure_scaling_lowest={lowest} is above segmentation.structure_scaling_highest={highest}; set both.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>segmentation.trainer={name}: nnU-Net finds no such trainer class{why}; use nnUNetTrainer or one that nnU-Net can find.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>segmentation.{setting} is {said}, but the trainer {trainer} has {number}; add --set segmentation.{setting}={number}, or use another trainer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>segmented the translated {case}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>self-training iteration {method}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>size {by_axes} against {by_axes2}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>slices of {image_size} pixels, {steps} training steps of the translator</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>spacing {by_axes} against {by_axes2} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>start in a new folder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>superior</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the file is cut short</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the label it was trained on shows</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the same `run` begins again</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the same command, or Resume in the panel</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>there is nothing in it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>this computer</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>trained on {cohort} source and {cohort2} target scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>translated slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>translation.drop_failed would leave out {count} of {cases} translated cases ({left_out}), which leaves {left} to learn from; look at report.md and start in a new folder, with a longer training of the translator or without that setting.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>translation.drop_failed would leave out {count} of {cases} translated cases ({left_out}, ...), which leaves {left} to learn from; look at report.md and start in a new folder, with a longer training of the translator or without that setting.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>translation.image_size={image_size} cannot be halved {section}.generator_downsamplings={downsamplings} times; use a multiple of {value}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>translation.image_size={size} does not suit the U-Net generator, which halves a slice down to one pixel; use a power of two from 128, such as {nearest}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>translation.pooled_epochs must be below translation.decay_epochs, over which they are spread.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>translation.translator cannot be '{translator}'; {nearest_of}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>true or false</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>uncertain</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>unlabelled in a validation or test folder, and so neither trained on nor scored</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>unlabelled scans such as *_hrT2</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{again} in each of {iterations} self-training iteration</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{again} in each of {iterations} self-training iterations</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{case}: prediction and reference are not on one grid ({differences}); predict on the scan that the reference was drawn on.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} scans were left out, such as {paths}: each is {why}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{device_name} has too little free memory to train the translator; lower translation.batch_size (now {batch_size}) or end other programs that use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{epochs} of the segmenter</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{epochs} of the segmenter, which sees the scans no finer than {finest_spacing} mm</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{filename} could not be used ({why}); check its permissions and its disk.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} (and {count} more) is gone and is made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} (and {count} more) was overwritten by an earlier stage and is made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} cannot be listed ({strerror}); check its permissions.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} cannot be written (no permission); choose another output folder or change its permissions.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} cannot be written ({existing} is a file); choose another output folder or change its permissions.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} cannot be written ({strerror}); choose another output folder or change its permissions.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} cannot be written ({strerror}); set CROSSMODA_MODELS to another folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} does not exist; check the path.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} does not exist; give a folder of label maps or one label map.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} has no NIfTI, NRRD or MetaImage file; give the folder of the label maps.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} has two files of {case}, {name} and {name2}; keep the one that is to be scored.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} holds no scans (NIfTI, NRRD or MetaImage files); give the folder in which the scans lie directly.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} holds no scans named as crossMoDA's (*_ceT1, *_hrT2 or *_T2, in NIfTI, NRRD or MetaImage files); give the folder that holds all of the scans, or name the folders of images and labels one by one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} holds other files ({foreign}) and no experiment; name a new or empty folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} holds other files ({foreign}, ...) and no experiment; name a new or empty folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is a file and its counterpart is not; give two folders or two files.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is a file; give the folder that holds the scans.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is a file; name a folder instead.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is another experiment: it was started with preset={preset}, not {preset2}; give the same again, or another output folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is another experiment: {differs}; give the same again, or another output folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is being worked on by another machine; kill the worker there.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is being worked on by {holder}; wait for it or stop it first.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is gone and is made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is gone: it was moved or deleted, or its disk is not there; bring it back, then go on (the same command, or Resume in the panel).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is neither an experiment folder nor a study folder; check the path.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is not an experiment folder: it has no experiment.json; check the path.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} is on a disk without file locks; choose an output folder on another disk.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} was overwritten by an earlier stage and is made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{given} is no setting any more and always '{retired}'; leave it out.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{image} has no label map; add one named as {id}_Label.nii.gz, or remove the image.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{image} is blank: every voxel is {low}; remove the case or export it again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{image} is scored against {label}, which lies in another folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key} cannot be '{parsed}'; {nearest_of}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key} names '{name}', which is not a structure; {meant}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key} names '{name}', which is not a structure; {meant}; write names that hold a comma as JSON.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}={value} is not a multiple of {limits}; the nearest allowed value is {nearest}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}={value} is not a number.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}={value} is not {wanted}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{key}={value} is outside {limits} to {limits2}; the nearest allowed value is {nearest}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{labels} does not lie on {source}; delete both, so that the scans are cut into slices again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{labels} has two label maps of {id}, {name} and {name2}; keep one of them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{labels} holds no label map of any target scan; a label map has the name of its scan.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{labels} of the {cases} labels it was trained on show</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{labels} of the {cases} labels it was trained on shows</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{label} holds the unknown value {first_three}; name every structure, as --set "labels={known},Another structure:{unknown}".</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{label} holds the unknown values {first_three}; name every structure, as --set "labels={known},Another structure:{unknown}".</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{label} is empty: no voxel belongs to a structure.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{label} is not on the grid of its image {name}: {differences}; resample the label map.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{lacking} has no {kind} for {absent} and {count} more; add what is missing or remove the counterpart from {having}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{lacking} has no {kind} for {absent}; add what is missing or remove the counterpart from {having}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{model} does not exist; name an experiment folder, a model package or an imported model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{model} holds no trained image translator; give an experiment folder whose translation stage is complete.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{model} holds no trained segmenter; run the experiment until iteration 0 is done, or name another folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{model} is a file, not a folder; import it first if it is a model package, or name an experiment folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} (value {value}) occurs in no label map of the source domain; if that is meant, leave it out of the setting labels.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is a longer name than the disk takes; choose a shorter one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} is damaged; get the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name} may not be written or read ({strerror}); change its permissions or choose another folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{name}: {strerror}; check the path and the disk, then try again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{other} and {path} would both become {names}; give them different names or output folders.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{output} does not end in .zip; name the package so.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{output} exists already; add --overwrite to replace it, or name another file.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{output} is a folder; name a file.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{out} could not be written; check the free space and the permissions of its folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{paths} was left out: it is {why}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} cannot be opened ({strerror}); check its permissions and its disk.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} cannot be read ({strerror}); check its disk.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} cannot be read ({strerror}); check its permissions and its disk.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} cannot be read as a segmentation; expected a whole .seg.nrrd file.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} cannot be read: it is damaged or cut short; copy it again from its source.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} claims that its {filename} has {file_size} bytes, more than any model's; do not use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} claims {by_axes} voxels, more than the {most_voxels} of the largest volume that can be worked on; copy the file again from its source, or crop it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} does not end in .seg.nrrd; name a segmentation file so.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} does not exist or is no file; name a model package.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} does not fit into memory; free some of it or remove the case.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} does not fit model.json; copy the model again, or, in a translator of your own, mark the settings that shape its network with architecture=True, and train again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} does not fit the model's plans or is damaged; copy the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} gives the segment '{name}' the label value {value}, not 1 to 255; save it again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has a damaged header: {what}; copy the file again from its source, or export it again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has a name that is not valid text (UTF-8), which cannot be used; rename it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has a segment '{name}', which is no structure; rename it to one of {labels}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has been removed since the experiment began; put it back or start in a new folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has changed since stage {stage} wrote it; put the old file back, or delete it to have it made again (the same command, or Resume in the panel).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has changed since the experiment began; put the old file back or start in a new folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has changed while it was read; try again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has skewed axes (a sheared affine), which cannot be read; resample it to a regular grid first.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has voxels of a type (NIfTI's {code}) that is not supported; convert it to numbers of 16 bits.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} has {components} values a voxel (RGB or vector); expected a scalar image.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} holds a MetaIO '{fields}', not an image; convert it or remove it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} holds no scans (NIfTI, NRRD or MetaImage files); give the folder in which they lie directly.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} holds voxels that are not finite numbers; replace them, for example by 0.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is a NIfTI-2 file, which is not supported; save it as NIfTI-1 (the usual kind).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is a folder, not a scan; give the file itself.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is a link that leads to itself; name the place itself.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is a single slice ({by_axes}); expected a 3-D scan.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is damaged ({why}); restore it or start in a new folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is damaged or no model package: the sizes of its {filename} contradict; get it again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is damaged or no model package; get it again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is damaged or no safetensors file; copy the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is damaged; copy the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is damaged; delete it to train the translator from the start.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is damaged; restore it or start in a new folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is damaged; {advice}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is empty (0 bytes); copy it again from its source.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is encrypted; model packages are not.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is gone; put it back, or delete {folder} and {folder2} to train the translator anew.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is missing or damaged; delete it, so that the scans are cut into slices again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is missing or damaged; delete it, so that the scores are made again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is missing or no regular file; copy the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is missing; run the experiment until its translation and iteration 0 are done.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is no model package: it holds a file twice; get it again from where it was made.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is no model package: it holds {filename}; use one made by the command 'package'.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is no model package: its model.json describes something else; use one made by the command 'package'.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is no model package: its {filename} is a link or no file; get it again from where it was made.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is no model package: its {filename} is packed in another way; use the file as it was made.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is no regular file; give a file.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is no whole model package: {missing} is missing; get it again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is not a NIfTI, NRRD or MetaImage file, whatever its name says; convert it or remove it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is not a label map: it holds values that are not whole numbers from 0 to 255.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} is {dimension}-D ({by_axes}); expected a 3-D scan.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} keeps its voxels in several files, which is not supported; save the scan as one file.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} names another file for its voxels ({named}); save the scan as one file.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} names the file '{named}' for its voxels, which is missing or no file; copy both files again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} was begun with another {changed} ({get}, now {wanted}); go on with the settings and scans it was begun with, or delete it to start again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} was damaged and is not used: the training goes on from an older checkpoint, or from its beginning.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} was made by a newer version of CrossMoDAUDA (format {version}); update CrossMoDAUDA to use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} was made with a translator, a setting or a value that this version does not have ({error}); use the version it was made with, or, if the file was changed since, restore it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path} was written by a newer version of CrossMoDAUDA (format {version}); update to read it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path}: its model.json is damaged; get the package again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path}: its model.json names other structures than the segmenter has; get the package again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path}: {name} does not have the SHA-256 that model.json tells; it was changed or damaged, get it again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path}: {name} has {others} bytes instead of {size}; get the package again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path}: {name} is listed, but missing; get the package again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{path}: {name} is not listed; get the package again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{places} is missing; reinstall the extension.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} describes no image translator; copy the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} describes no network that nnU-Net would plan; copy the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} exists already; add --overwrite to replace it, or name another output folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} has format {version}, this version of CrossMoDAUDA reads {translator_format}; update CrossMoDAUDA.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} holds weights that are no finite numbers ({name}); use another model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} holds {foreign}, which is no part of a network that nnU-Net plans; use a model from a source you trust.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} is an input and would be overwritten; name another output folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} is damaged or no safetensors file; get the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place} is not usable: {error}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place}dataset.json does not describe one channel and the structures of model.json; copy the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place}model.json is damaged; copy the model again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{place}model.json was made by a newer version (format {version}); update CrossMoDAUDA to use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{records} holds what was measured of another experiment than {folder}; name another folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{record} is damaged; restore it, or write {{"precision": "bf16"}} or {{"precision": "fp32"}} there, as the training began.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{section}.{inner} belongs to {translators_with}, not to the translator {translator}; leave it out, or choose another translator.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{section}.{name} of the translator '{name2}' has the name of an entry that translator.json has always.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{segmenter} does not belong to an experiment; name an experiment folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{shown} and {count} more</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure} hardly shows in the pseudo-target images (median contrast {median}, where 1 is none), so there is little to learn from them; train the translator for longer, look at its samples, or say in segmentation.bright_in_target or dark_in_target how it looks in target images.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure}: lies on both sides, which none of the {labels} labels it was trained on shows; look at it before you use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure}: lies on both sides, which the label it was trained on does not show; look at it before you use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure}: nothing was found, though {of_labels} it; look at the scan yourself.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure}: nothing was found; look at the scan yourself.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure}: touches the volume's edge ({where}), so that part of it may lie outside; look at it before you use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure}: {volume} ml, less than any it was trained on ({low} ml); look at it before you use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure}: {volume} ml, less than any it was trained on ({low} to {high} ml); look at it before you use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure}: {volume} ml, more than any it was trained on ({low} ml); look at it before you use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{structure}: {volume} ml, more than any it was trained on ({low} to {high} ml); look at it before you use it.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{told}. Details are in {log}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{what} holds the label {unknown}, which is no structure; expected 0 background, {known} (the setting 'labels' names others).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{what}; install what fits in the module CrossMoDA UDA, section Python packages.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{what}; install what fits with: {executable} -m pip install --upgrade "{wanted}"</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{who} has not stopped yet and does so after its current training step; wait, or kill it with --force.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{why}: of the {count} devices only {usable} train.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{why}: of the {count} devices only {usable} trains.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>CrossMoDAUDA</name>
<message>
<source>CrossMoDA UDA</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segments scans of a modality without labels (such as hrT2) by learning from labelled scans of another (such as ceT1): CycleGAN image translation, nnU-Net and self-training. Not for clinical use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The method is that of Yang T., Wang L.: Image Translation-Based Unsupervised Cross-Modality Domain Adaptation for Medical Image Segmentation. crossMoDA 2022. Please cite it, and nnU-Net and CycleGAN, which it builds on.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>adaptWidget</name>
<message>
<source>&amp;Check scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Curves</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Device:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Log</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Start</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Use for segmentation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>A new or empty folder for everything that training makes, or the folder of an experiment to watch or continue. The list has recent ones.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Adapt (train)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Advanced settings</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose this experiment as the model in the section Segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>D&amp;ata folder:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>E&amp;xperiment folder:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>End training cleanly. It can be resumed later.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Evaluation i&amp;mages:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Evaluation la&amp;bels:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Every other setting of the preset, for those who know the method.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder of the labelled scans, such as ceT1.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder of the unlabelled scans of the other modality, such as hrT2.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder of their label maps, with the same names.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder with scans named *_ceT1, *_hrT2 (or *_T2) and *_Label, in any sub-folders.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>From left: source scan and its translation, target scan and its translation.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How far the present stage is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How long and how thoroughly to train.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How many of the scans have been read.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How often the segmenter is trained again with its own results on the target scans. The paper uses 3.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How the scans are stored.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How the training goes. Losses should fall, the overlap (pseudo-Dice) should rise.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How the training goes: losses should fall, the overlap should rise.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How to train.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How well each round segments the evaluation scans.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Image &amp;translation:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Ma&amp;ke samples...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Optional: folder of target scans with reference labels. They are only scored, never trained on.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Optional: folder of the label maps of the evaluation images.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>P&amp;reset:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Read every scan and show what does not fit, before anything starts.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>S&amp;ample</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>S&amp;ource images:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Save &amp;model...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Save the model as one file for other machines. It holds networks, settings and scores, and no patient data.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sc&amp;ores</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scans are &amp;in:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scores on the evaluation scans so far.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Self-training iteratio&amp;ns:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Settings</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sho&amp;w folder</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Show the experiment folder in the file browser.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slices of source and target scans and their latest translations.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slices of source and target scans with their latest translations.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Source &amp;labels:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sta&amp;ges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Start training. It goes on when Slicer is closed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sto&amp;p</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tar&amp;get images:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The network that turns source scans into pseudo-target images. None trains on the source scans as they are, for comparison.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scans that were found. Problems must be solved before training; notes need not.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scans to train with.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The stages of the method and how far each is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Train: image translation from labelled source scans to unlabelled target scans, then segmentation.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What happened, newest last.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where the networks train. Automatic takes the graphics card if there is a suitable one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Which training to show.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Write a small synthetic data set to a folder, to try the method with.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>commands.dependencies</name>
<message>
<source>PyTorch: trains and runs the neural networks</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>calculates with images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>finds the folder for your models</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>measures distances between surfaces</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>nnU-Net: segments the scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>reads and writes scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>shows progress in a terminal</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>starts and ends the work in the background</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>stores trained networks safely</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>writes sample pictures</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>dependenciesWidget</name>
<message>
<source>&amp;Install what is missing...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Without internet...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Asks first, then installs the missing packages. Slicer's own packages are not replaced.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Installation log</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Python packages</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Shows the commands that install the packages by way of another computer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The Python packages that training and inference need beyond Slicer's own.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the installation said.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>evaluateWidget</name>
<message>
<source>&amp;Apply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Reference:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Scores as in:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compare a segmentation with a reference.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compute the overlap (DSC, 1 is perfect) and the average surface distance (ASSD, in mm).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>DSC: overlap from 0 to 1. ASSD: average distance between the two surfaces in mm. The table is also in the scene.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Evaluate</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How the average distance between surfaces is counted, and what a missing structure scores.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Se&amp;gmentation:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Select a reference</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Select a segmentation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The result to score: a segmentation or a label map.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scores are being computed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What it is compared with, such as a manual segmentation of the same scan.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>method.plan</name>
<message>
<source>Check the pseudo-target images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check the scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Collect the pseudo-target images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Comparison: {step}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Evidence: measure the source labels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmentation: {step}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Self-training {iteration}: {step}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translate the source scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translation: prepare source slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translation: prepare target slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translation: train</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Try out how fast this computer trains</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>collect scans and own results</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>collect the source scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>compare with the real labels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>prepare</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>score</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>see whether to trust the results</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>segment the target scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>train</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.adapt_section</name>
<message>
<source>&amp;Cancel check</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Check scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Start</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose a folder for the experiment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose where the scans are.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Details are in {log}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Evaluation images and evaluation labels belong together; give both or neither.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Files named *_ceT1, *_hrT2 or *_T2, and *_Label.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folders of images and labels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Its last words: {words}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not started: {folder} is being worked on already. That training is shown here.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not started: {folder} is being worked on by process {pid} on {host}. That training is shown here.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>One folder for each kind of file; any file names.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>One folder, crossMoDA's file names</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Re&amp;sume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reading the scans...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Settings in bold differ from the preset.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Starting...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Stopped by force, because it did not answer. Resume goes on from the last checkpoint.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Stopping after the current training step...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The check was cancelled.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training could not be started (status {status}).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training in {folder} has ended; see the module CrossMoDA UDA.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training in {folder} has finished; see the module CrossMoDA UDA.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Training goes on when Slicer is closed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{cases} scans read, {problems} with problems, {notes} with notes.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} cannot be written ({reason}).</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.cases_table</name>
<message>
<source>Domain</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Note: {text}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Problem or note</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Problem: {text}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scan</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scan's file, without what says of which kind it is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What the scan is for.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What to look at.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>evaluation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>fine</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{size} voxels of {spacing} mm</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.command_runner</name>
<message>
<source>The work ended unexpectedly: {lastWords}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The work was ended from outside (status {status}); memory may have run out.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.dependencies_section</name>
<message>
<source>1. On a computer with internet, the same operating system and Python {version}, in a terminal in that folder:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>2. On this computer, in a terminal (on Windows: Command Prompt) in that folder, while Slicer is closed:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Another extension is installing Python packages; wait for it to end and try again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cannot write into {folder} ({error}); choose another folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Everything that is needed is installed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder that travels between the computers, such as on a USB stick</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Install Python packages</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Installing {package}; this can take many minutes...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing was installed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Packages of others lack what they need now ({packages}); see the log below.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Python packages are missing ({names}): install them in the section Python packages at the top.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Python packages do not work ({names}): see the section Python packages at the top.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Python packages: all installed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Python packages: restart Slicer</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Python packages: {count} do not work</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Python packages: {count} missing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Restart Slicer, then come back here.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Restart Slicer: {packages} changed while in use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Slicer's own packages were changed ({packages}): reinstall Slicer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Some packages are still missing; see the log below and try again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The PyTorch extension did not install PyTorch: try again in its own module PyTorch Utils.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The commands are in the log below; the folder already holds the files that they refer to.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The extension {name} is missing: install it in the Extensions Manager (menu View), restart Slicer, try again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The installation could not begin; see the log below.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>These Python packages will be downloaded and installed:

{packages}

With what they need themselves this can take many minutes and several gigabytes, and Slicer cannot be used meanwhile. Packages that are already installed keep their versions. Go on?</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Trying the packages...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>installed {version}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>installed {version}, but lacks {packages}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>missing ({purpose})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{packages} could not be installed; check the internet connection and the free disk space (log below).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{package} {versions}: {purpose}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{package} {version} is installed but does not work ({reason}): uninstall it, restart Slicer, try again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{package} {version} is part of this Slicer and must not be replaced: install Slicer 5.10 or later.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{package}: {mark}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{version} does not fit: needs {versions}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{version} does not work ({reason})</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.evaluate_section</name>
<message>
<source>&amp;Apply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Cancel</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>'{first}' and '{second}' lie on different grids; choose two segmentations of the same scan.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>ASSD (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cancelled.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose a segmentation and its reference.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Compute the scores.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Computing the scores...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>DSC</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Done.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>End the work.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mean of all distances together; a structure missing in both counts as perfect.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Mean of the two directions; 350 mm where only one has the structure.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Only one of the two has these, so they are not compared: {names}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reference volume (ml)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scores of {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmentation and reference are the same; choose two.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structure</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume (ml)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>crossMoDA 2022</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>medpy (package)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{scores}, compared with {reference}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.experiment_view</name>
<message>
<source>Curves come with the first steps of a training.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Done: {stage}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Error: {text}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Failed</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Finished</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How far the stage is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How long it took or has taken.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Note: {text}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Samples come with the first epoch of the translation's training.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Stage</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Started</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>State</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Stopped</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Time</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What is done, in this order.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>about {time} left in this stage</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{stage} ({chart})</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{step} of {total}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.import_trial</name>
<message>
<source>the process that imported it ended with status {status}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.model_packages</name>
<message>
<source>Cance&amp;l</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Checking {file}...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>End the import; nothing half-made is kept.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Imported: {name}. Not for clinical use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model package</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing was imported.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing was saved.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Save model package</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Saved: {file}, for use on other machines. It holds no patient data. Not for clinical use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Saving...</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.panel</name>
<message>
<source>Python packages are being installed; wait until that is done.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Research software. Not for clinical use.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.sample_data</name>
<message>
<source>A training reads these scans; stop it before you remove them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cance&amp;l</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>End the making of sample scans; nothing half-made is kept.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder for the sample scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Making sample scans...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>No sample scans were made.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Remove samp&amp;les...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Remove sample scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Remove the sample scans in {folder}? What was trained on them stays; a training that is not finished cannot go on.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Remove the synthetic data set that is chosen from the disk.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sample scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The sample scans are in {folder}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The sample scans were removed.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.scores_table</name>
<message>
<source>ASSD, {structure} (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Average distance between the two surfaces; 0 is perfect.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>DSC, mean</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>DSC, {structure}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How many evaluation scans were scored.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Iteration {number}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Overlap with the reference (Dice): 0 is none, 1 is perfect.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Source only</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Trained again with the results of the iteration before.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Trained on the pseudo-target images, before any self-training.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Trained on the source scans as they are, for comparison.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{score}, {training}: {value}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{training}: {explanation}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.section</name>
<message>
<source>Automatic</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Graphics card (Apple)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Graphics card (NVIDIA)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Needs PyTorch with CUDA.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Needs a Mac with Apple silicon.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Processor (slow)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The graphics card if there is a suitable one, else the processor.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Works everywhere.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.segment_results</name>
<message>
<source>And {count} more, kept with the segmentations and in the measurements.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Axial diameter (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance apart (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Distance to {structure} (mm)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measurements</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scan</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structure</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Volume (ml)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Warnings</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{scan} measurements</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.segment_section</name>
<message>
<source>&amp;Apply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Cancel</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>'{name}' was changed meanwhile and is kept; the result is another segmentation.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>All volumes in the scene</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>As the model was trained</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cancelled.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose a model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose an experiment folder, import a model, or train one in the section Adapt.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose the folder for the results.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose the folder of scans.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose the volume to segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Done. The results are in {folder}. Not for clinical use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Done: {names}. Not for clinical use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>End the work; nothing half-made is kept.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Every scan file in a folder; the results are files as well.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Every volume that is loaded; each gets a segmentation.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Finds: {structures}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Finds: {structures}. Self-training iteration {iteration}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder of scans</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Left out: {names}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Load a volume first.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Loading the model...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing was done. Choose 'Create new segmentation' to keep both.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing was done. Choose another output folder to keep both.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>One volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmenting...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Starting...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scan was removed meanwhile; nothing was added.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The segments of '{name}' will be replaced. Go on?</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The volume chosen below.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>label map</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} files in {folder} will be replaced, such as {name}. Go on?</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} scans are done.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{count} scans are done; their results are in {folder}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{folder} holds no scan files; choose the folder in which they lie.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{names} and {count} more</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{volume} segmentation</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.settings_form</name>
<message>
<source>Allowed: {low} to {high}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Evaluation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>General</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Image translation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Intensity scaling</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>On the command line: --set {key}=...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segmentation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Self-training</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.status_line</name>
<message>
<source>Also training: {names}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Model: {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The results that are shown have a warning.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The results that are shown have {count} warnings.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training {name} ended unexpectedly.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training {name} has failed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training {name} is being started.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training {name} is being stopped.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Training {name}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Training {name}: {stage}.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.translate_section</name>
<message>
<source>&amp;Apply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Cancel</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>'{name}' was changed meanwhile and is kept; the result is another volume.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cancelled.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose an experiment folder, or train one in the section Adapt.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Choose the volume to translate.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Done: {name}, a synthetic image, not a scan. Not for clinical use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>End the work; nothing half-made is kept.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Input and output are the same volume; choose another output volume.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Loading the model...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Nothing was done. Choose 'Create new volume' to keep both.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Open a scene.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Starting...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The image of '{name}' will be replaced. Go on?</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scan was removed meanwhile; nothing was added.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translate.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translating...</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>panel.wording</name>
<message>
<source>; choose another name or folder, or start again and agree.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Check scans lists all</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Checking the scans.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Finished.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Laptop (about 75 minutes, no graphics card)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>None (source only)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Not running.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Overlap (pseudo-Dice)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Paper (days on a graphics card)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Preset: {preset}. Image translation: {translator}. Self-training iterations: {iterations}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Process {pid} on the computer {host}.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Quick (hours on a graphics card)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reading what has happened so far...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Sample scans (about 10 minutes)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Small networks, for the synthetic sample scans; for no others.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Small networks; slices and training steps are chosen for the scans and this computer.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Stopped. Resume continues where it was.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The same networks, trained for less time. The time is a guess.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The scans have problems: press Check scans to see them all.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The schedule of the paper. The time is a guess.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The training ended unexpectedly: it was ended from outside, memory ran out, or the computer went down.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Tiny networks, to see that everything runs.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Train on the source scans as they are, for comparison.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Training loss</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Training. It goes on when Slicer is closed.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Trial (minutes, no useful result)</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Validation loss</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>choose another device, </source>
<translation type="unfinished"></translation>
</message>
<message>
<source>close other programs, then try again.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>diffusion series</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>diffusion tensors</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>done</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>evaluation images and evaluation labels</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>label map</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>losses</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>not found</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>on both sides</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>overlap</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>running</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>stopped</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the device {name}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the new file</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>the setting {name} at {value}</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>touches the edge</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>unusual volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>vector volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{percent} %</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>{stage}, {step} of {total}</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>segmentWidget</name>
<message>
<source>&amp;Apply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Device:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Import...</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Keep largest part of:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Model:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Output folder:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Scans:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Advanced</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Clean up the result: of the chosen structure only the largest connected part is kept. There are two cochleas: do not choose it for them.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Create new segmentation</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder for the results: a segmentation and a label map for each scan, and a table of measurements.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder of an experiment or of an imported model. Of an experiment, the last finished self-training iteration is used. The list has recent ones.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder of scan files (NIfTI, NRRD or MetaImage) of the target domain.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How far the segmentation is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>I&amp;nput folder:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>I&amp;nput volume:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Import a model package (.zip) that somebody gave you. It is checked first, and kept in your own data folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Look at this before you use it</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Measurements of the latest result, also a table in the scene. Axial diameter: the largest within one axial slice of one connected part, edge to edge. Distance apart: between the surfaces of the two structures.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scan of the target domain, such as hrT2.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Se&amp;gmentation:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segment</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segment scans of the target domain with a trained model.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Segment the scan.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>What to segment: one volume, every volume of the scene, or every scan file in a folder.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where the network runs. Automatic takes the graphics card if there is a suitable one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where the result goes. An existing segmentation is replaced only after asking.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where the result is unlike the labels that the model was trained on. No warning does not mean that the result is right. Not for clinical use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where to compute, and what to clean up.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>statusWidget</name>
<message>
<source>How far the stage is that the training is at.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How the training goes that the section Adapt shows.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Open the section Adapt.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Open the section Segment.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Show</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The model that the sections Segment and Translate use.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The section Segment lists the warnings of the last results.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>translateWidget</name>
<message>
<source>&amp;Apply</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Device:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Model:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>&amp;Output volume:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Create new volume</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Folder of an experiment whose image translation is trained. The list has recent ones.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>How far the translation is.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>I&amp;nput volume:</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Scan of the source domain, such as contrast-enhanced T1 (ceT1).</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translate</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Translate the volume and show both side by side.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Turn a source scan into a pseudo-target image.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where the network runs. Automatic takes the graphics card if there is a suitable one.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Where the pseudo-target image goes. An existing volume is replaced only after asking.</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>translation.cut</name>
<message>
<source>CUT</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>CUT without identity: faster, and it changes shapes less.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Contrast between patches, without a way back.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Contrast of patches, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Contrast of patches, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discriminator, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>FastCUT</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Realism of pseudo-target images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>adversarial losses</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>contrastive losses</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>translation.cyclegan</name>
<message>
<source>Cycle consistency, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cycle consistency, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>CycleGAN, ResNet</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>CycleGAN, U-Net</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discriminator, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discriminator, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Identity, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Identity, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Realism of pseudo-source images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Realism of pseudo-target images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>The paper's.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>With the U-Net generator.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>adversarial losses</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>cycle and identity losses</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>translation.nice_gan</name>
<message>
<source>Cycle consistency, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cycle consistency, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discriminator, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discriminator, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Its discriminators are also its encoders.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>NICE-GAN</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Realism of pseudo-source images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Realism of pseudo-target images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reconstruction, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Reconstruction, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>adversarial losses</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>cycle and reconstruction losses</source>
<translation type="unfinished"></translation>
</message>
</context>
<context>
<name>translation.target_aware</name>
<message>
<source>Cycle consistency, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Cycle consistency, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>CycleGAN, target-aware</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discriminator, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Discriminator, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Edges</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Identity, source</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Identity, target</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Learns to segment, too, so that structures stay visible.</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Realism of pseudo-source images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Realism of pseudo-target images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structures in pseudo-target images</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>Structures in source slices</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>adversarial losses</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>cycle and identity losses</source>
<translation type="unfinished"></translation>
</message>
<message>
<source>segmentation losses</source>
<translation type="unfinished"></translation>
</message>
</context>
</TS>
