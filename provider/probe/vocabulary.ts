/**
 * Lists the words that may stay in a recording. Every other word is replaced, so no name, account or secret can remain
 * because a rule forgot it. A word that is missing here costs a reader one word of a message.
 */

const protocol = `
a above accept accepted access account acr across action actions activate activated activation activation_date active
address administrator aes aesgcm after again against alg algorithm alias aliases align aligned alignment all allow
allowed already also always amr an and another any api apidocs apikey apikeys application archive archived are array
as associated at attribute aud audience auth authenticate authentication authn authority authorization authorizations
authorize aws azp azure bad be bearer because been before begin being below between bit bits bluemix body boolean both
broker bss but bxnim by bytes cache call can cannot cbc cca cert certificates change changed characters check checksum
cid claims clear cli client cloud code collection color com come conditions configuration conflict connection consumer
contact contain contains content context control cookie correlation could count counts create created creation
credential credentials crn crv crypto csv cty current custodian data date day days deactivate deactivated deactivation
decimal default defined delete deleted deletion denied deployer des describe described description descriptions
destroy destroyed destruction detail details did digest dilithium disable disabled discovery display distribute do
does dry dual due duplicate duration during each ec either ekmf eku empty enable enabled enc encoding encrypt end
endpoint endpoints equal err error errors etag event exceeded exist existing exists expected expiration expire expired
expires expiry expose expression extensions extractable extraction failed failure false family fed few field fields
filter filters final first flag following for forbid forbidden form format found from func gcm generate get given go
gone google grant grants greater group groups gui guid has hash have head header headers health heartbeat help hex
hmac host hour hours how however href hs hsm http https iam iamids iat ibm ibmid id identifier identity idle idp ids
if imported in inactive incorrectly info information initialized input instance instances integer interface internal
internally interval into introspection invalid is iss issue issuer it item items its jose json jti jwk jwks jwt keep
key keyid keys keystore keystores kid kind kms kmsids kty label labels larger last latest least length less let like
likely limit limited link list listed lists locales location locked logout long look lower mac made make manage
managed manager managing many mask match matches material max maximum may me med message metadata method methods mfa
might min minimum missing mode modes modified more most msg mtls must name names naming nbf need needed negative never
new next no nonce none not now null number numbers oauth object of off offset oidc ok old older on once one only onto
oob openid operation operations options or order origin original other otp our out own owner pad page pages pair
pairwise parameter parameters params part passcode patch path pattern patterns payload pending per perform performed
perhaps period permission permissions permitted person persons pkcs plan platform please policies policy positive
possible post pre precondition present prevent prevents previous prior private proceed program project prompt proper
property protect protected protection provided provider proxy public purge purged purpose put pwd query quota range
rate rather read ready realign realm realmid reason reasons receive recently recover recovery reference referenced
references refresh refused region registered registration registrations regular remove removed repository request
requested required reset resource resources response restore restored restrict retention retired retries retrieve
retrieved retry revocation revoked right rights ring rings role root rotatable rotate rotated rotation rs rsa rule run
running salt same sample say schema scheme scope scopes search secret secrets secure security see send sent sequence server
service services session set setting sha shadow shall should show shown sig sign signed signing since single size slot
smaller so some sort source spec specified standard start started state states status step still stop store stored
string sub subject subtype success successful successfully such suffix support supported suspended sync synced
synchronize system systems tag tags target template templates temporarily tenant text than that the their them then
there these they this those though throttled through thus time timeout tls to token tokens too total trace traceid
transaction true try type types ui uko unable unaligned unarchive unarchived unauthorized unavailable undefined under
undo unexpected unique unit unknown unlink unlinked unprocessable unrecognized unset unsupported until up update
updated upon upper uri url urn usage use used user userinfo uses using v valid validation value values variant vault
vaults vendor verification verified verify verifying version versions via view visible vnd w wait want warning was we
web well were what when where which while who whose why will window with within without words workstation would
wrapping write writer written wrong www x yet you your zero zip
`;

export const vocabulary: ReadonlySet<string> = new Set(protocol.split(/\s+/));
